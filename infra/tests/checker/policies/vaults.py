"""Key Vault: who gets in, what cannot be lost, keys that turn by themselves, no secret in a template."""

import re

from ..functions import TENANT
from ..project import Project
from ..values import at
from .rule import Broken, exactly_one, must_be, policy

VAULT = "Microsoft.KeyVault/vaults"


def days_of(period: object) -> int:
    """Of a period such as `P1Y` or `P30D`; 0 where it is none."""
    found = re.fullmatch(r"P(\d+)([YMD])", str(period))
    return int(found[1]) * {"Y": 365, "M": 30, "D": 1}[found[2]] if found else 0


@policy("vault")
def vault(project: Project) -> Broken:
    yield from exactly_one(project, VAULT, "Key Vault")
    for one in project.of(VAULT):
        yield from must_be(one, "enableRbacAuthorization", True)
        yield from must_be(one, "enablePurgeProtection", True)
        yield from must_be(one, "enableSoftDelete", True)
        yield from must_be(one, "softDeleteRetentionInDays", 90)
        yield from must_be(one, "sku.name", "premium")
        yield from must_be(one, "publicNetworkAccess", "Disabled")
        yield from must_be(one, "networkAcls.defaultAction", "Deny")
        if one.property("tenantId") != TENANT:
            yield one, "properties.tenantId", "belongs to another tenant"
        # Storage and Cosmos DB reach their keys as trusted services.
        yield from must_be(one, "networkAcls.bypass", "AzureServices")


@policy("key-rotation")
def key_rotation(project: Project) -> Broken:
    if len(project.of(f"{VAULT}/keys")) != 3:
        yield None, "", "each of the three stores has a key of its own"
    for one in project.of(f"{VAULT}/keys"):
        yield from must_be(one, "kty", "RSA-HSM")
        if set(one.property("keyOps") or []) != {"wrapKey", "unwrapKey"}:
            yield one, "properties.keyOps", "a store wraps and unwraps with it, and nobody does anything else"
        if {"timeAfterCreate": "P1Y"} not in [action.get("trigger") for action in one.property("rotationPolicy.lifetimeActions") or []]:
            yield one, "properties.rotationPolicy", "turns once a year (R59)"
        lives = days_of(one.property("rotationPolicy.attributes.expiryTime"))
        if not lives:
            yield one, "properties.rotationPolicy", "the key never ends"
        for action in one.property("rotationPolicy.lifetimeActions") or []:
            trigger = action.get("trigger") or {}
            # Backups need the version before for as long as they are kept, and a rotation that failed needs somebody who mends it.
            if at(action, "action.type") == "rotate" and lives - days_of(trigger.get("timeAfterCreate")) < 180:
                yield one, "properties.rotationPolicy", "turns half a year before it ends at the least"
            if at(action, "action.type") == "notify" and not 14 <= days_of(trigger.get("timeBeforeExpiry")) < 180:
                yield one, "properties.rotationPolicy", "somebody is told two weeks before it ends at the least, and after it should have turned"
        actions = one.property("rotationPolicy.lifetimeActions") or []
        done = {action["action"]["type"] for action in actions if action.get("trigger")}
        for wanted in {"rotate", "notify"} - done:
            yield one, "properties.rotationPolicy", f"nothing makes Azure {wanted}"


@policy("no-secret-in-template")
def no_secret_in_template(project: Project) -> Broken:
    for one in project.of(f"{VAULT}/secrets"):
        yield one, "", "a template keeps its secrets in the history of deployments; deploy.sh puts them in"
