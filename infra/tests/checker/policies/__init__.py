"""What no scanner knows of this service: each policy has a name, looks at one environment, and says what breaks it."""

from . import alerts, app, compiled, databases, events, identities, logs, networks, places, scripts, storage, vaults, wiring, written
from .rule import POLICIES, run_policies

__all__ = ["POLICIES", "run_policies", "alerts", "app", "compiled", "databases", "events", "identities", "logs", "networks", "places", "scripts", "storage", "vaults", "wiring", "written"]
