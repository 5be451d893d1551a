"""What the fake Azure is like: what a test bends (`Scene`), what was written, and what stands of it (`State`)."""

import json
import os
import re
import signal
import threading
import time
from pathlib import Path

GOLDEN = Path(__file__).parents[3] / "tests" / "golden"
SUBSCRIPTION = "00000000-0000-0000-0000-0000000000aa"
TENANT = "00000000-0000-0000-0000-0000000000bb"
CLIENT = "00000000-0000-0000-0000-0000000000cc"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-aftersight-dev"
APP, MEDIA, PRIVATE, COSMOS, VAULT = "app-dev", "stmediafake", "stprivatefake", "cosmos-fake", "kv-fake"
PROVIDERS = [
    "Microsoft.App", "Microsoft.Web", "Microsoft.Storage", "Microsoft.DocumentDB", "Microsoft.KeyVault", "Microsoft.EventGrid", "Microsoft.Communication",
    "Microsoft.Insights", "Microsoft.OperationalInsights", "Microsoft.Security", "Microsoft.Network", "Microsoft.ManagedIdentity", "Microsoft.Consumption", "Microsoft.PolicyInsights", "Microsoft.AlertsManagement",
]  # fmt: skip
# A request that only looks, though it is a POST.
LOOKS = re.compile(r"/(validate|whatIf|list|listkeys|checkNameAvailability)(\?|$)", re.IGNORECASE)


class Scene:
    """What a test may bend; read anew for every request."""

    DEFAULTS = {
        "poison": {}, "eventStatus": 404, "apiStatus": 200, "hsts": True, "mediaStatus": 409, "withoutTimer": False,
        "auditState": "Unlocked", "refuseTemplate": False, "stackFailures": 0, "stackError": "PrincipalNotFound: a role is not known yet", "publishStatus": 202, "holds": [], "register": [], "ring": None, "copyLacks": None, "lostPictures": 0, "deployed": False, "regions": ["uksouth"], "runtime": "1.0", "unregistered": [], "registration": {},
        "handedBack": 0, "doorStatus": 200, "samePage": False, "deletedVault": False, "registering": False,
        # Requests whose path has these words get this status instead of an answer: [words, status, "json" or "html"].
        "sick": None, "withoutOutputs": False, "secrets": [], "lost": [], "package": None, "older": None, "minTls": "1.2", "uncounted": False, "poisoned": [], "nightStatus": 202, "hostStatus": 200, "functionsLate": 0, "syncFailures": 0, "noRanges": False,
    }  # fmt: skip

    def __init__(self, folder: Path) -> None:
        self.path = folder / "scene.json"

    def changed_at(self) -> int:
        return self.path.stat().st_mtime_ns if self.path.is_file() else 0

    def __getitem__(self, name: str):
        told = json.loads(self.path.read_text("utf-8")) if self.path.is_file() else {}
        return told.get(name, self.DEFAULTS[name])


class State:
    """What was written so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scene = Scene(folder)
        self.lock = threading.Lock()
        self.stack: dict | None = None
        self.attempts = 0
        self.tags: dict[str, str] = {}
        self.secrets: dict[str, dict] = {}
        # What was written since the scene was set, by path, without what chance or time made of it; and when.
        self.stands: dict[str, object] = {}
        self.since: dict[str, int] = {}
        self.group_tags: dict[str, dict] = {}
        self.made: set[str] = set()
        self.stands_with = 0
        self.cut_with, self.cut_count = 0, 0
        # When a stack was deleted, it is gone until the test sets another scene.
        self.gone_with = 0
        self.listed_with = 0
        # Numbers of messages that were handed out, and of those that are gone, since the scene was set.
        self.shown: set[int] = set()
        # How often the list of functions, and a sync of triggers, was asked for since then.
        self.asked: dict[str, int] = {}
        self.gone: set[int] = set()
        self.tried_with = 0
        self.port = 0

    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    def outputs(self) -> dict:
        values = {
            "resourceGroupName": "rg-aftersight-dev", "functionAppName": APP, "publicOrigin": f"{self.origin()}/front",
            "privateAccountName": PRIVATE, "mediaAccountName": MEDIA, "mediaEndpoint": f"{self.origin()}/media/",
            "cosmosAccountName": COSMOS, "cosmosEndpoint": f"{self.origin()}/documents/", "databaseName": "aftersight",
            "vaultName": VAULT, "vaultUri": f"{self.origin()}/", "workspaceName": "log-fake",
        }  # fmt: skip
        return {name: {"type": "String", "value": value} for name, value in values.items()}

    def note(self, method: str, path: str, body: dict, *, stays: bool = True) -> bool:
        """Writes a request down, and says whether it means to change anything; what is refused does not stay."""
        is_write = method in ("PUT", "PATCH", "DELETE") or (method == "POST" and not LOOKS.search(path))
        # What a browser does at the front is no write to Azure; the documents' query is a read sent by POST.
        if path.startswith(("/front", "/media")) or "/docs" in path or "/oauth2/" in path:
            is_write = False
        kept = {"method": method, "path": path, "write": is_write, "body": body}
        with self.lock, (self.folder / "requests.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(kept) + "\n")
        with self.lock:
            if self.stands_with != self.scene.changed_at():
                self.stands, self.since, self.group_tags, self.made, self.stands_with = {}, {}, {}, set(), self.scene.changed_at()
                self.shown, self.gone, self.asked = set(), set(), {}
            if is_write and stays:
                self.let_stand(method, path.lower(), body)
                (self.folder / "stands.json").write_text(json.dumps(self.stands, indent=1, sort_keys=True) + "\n", "utf-8")
        return is_write

    def let_stand(self, method: str, path: str, body: dict) -> None:
        name = path.split("?")[0].rstrip("/")
        self.since[name] = int(time.time())
        if method == "DELETE":
            # What was made since is as if it had never been.
            if self.stands.pop(name, None) is None or name not in self.made:
                self.stands[name] = "gone"
            if "unmanageaction.resourcegroups=delete" in path:
                self.stands[f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-{name.rsplit('/', 1)[1]}"] = "gone"
        elif method == "POST" and name.endswith(("/start", "/stop")):
            site, verb = name.rsplit("/", 1)
            self.stands[site] = verb
        else:
            if method == "PUT" and name not in self.stands:
                self.made.add(name)
            self.stands[name] = shown(body)

    def cut_where_told(self) -> None:
        """Kills the script that a test wants cut off, once the write of that number is done: FOLDER/cut says `number group`."""
        file = self.folder / "cut"
        if not file.is_file():
            return
        after, group = map(int, file.read_text("utf-8").split())
        if self.cut_with != file.stat().st_mtime_ns:
            self.cut_with, self.cut_count = file.stat().st_mtime_ns, 0
        self.cut_count += 1
        if self.cut_count == after:
            os.killpg(group, signal.SIGKILL)

    def times(self, what: str) -> int:
        """How often this was asked for since the scene was set."""
        self.asked[what] = self.asked.get(what, 0) + 1
        return self.asked[what]

    def declared(self) -> list[dict]:
        found = [(path.parent.name, json.loads(path.read_text("utf-8"))) for path in sorted(GOLDEN.glob("*/function.json"))]
        if self.scene["withoutTimer"]:
            found = [(name, one) for name, one in found if name != "expire-records"]
        return [
            {"id": f"{GROUP}/providers/Microsoft.Web/sites/{APP}/functions/{name}", "name": f"{APP}/{name}", "properties": {"name": name, "config": one}}
            for name, one in found
        ]


def shown(body: dict) -> object:
    """What a body sets, as far as two runs must agree on it."""
    properties = body.get("properties") or {}
    if "linkKeys" in str(properties.get("value")):
        return sorted(json.loads(properties["value"])["linkKeys"])
    if "tags" in properties:
        return sorted(properties["tags"])
    return {key: properties[key] for key in ("publicNetworkAccess", "ipRules", "networkAcls") if key in properties} or "written"
