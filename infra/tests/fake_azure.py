#!/usr/bin/env python3
"""Plays Azure on this machine for the scripts' tests: Resource Manager, the app behind its front, publishing, storage.

    fake_azure.py FOLDER    writes FOLDER/ports.json when it listens, FOLDER/requests.jsonl as it goes

It answers what the real `az` asks in these tests, and remembers what was written. FOLDER/scene.json bends it: see `Scene`.
It is no Azure: nothing here says that a template deploys. It shows that the scripts ask the right things in the right order.
"""

import json
import re
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "tests" / "golden"
SUBSCRIPTION = "00000000-0000-0000-0000-0000000000aa"
TENANT = "00000000-0000-0000-0000-0000000000bb"
CLIENT = "00000000-0000-0000-0000-0000000000cc"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-aftersight-dev"
APP, MEDIA, PRIVATE, COSMOS, VAULT = "app-dev", "stmediafake", "stprivatefake", "cosmos-fake", "kv-fake"
PROVIDERS = [
    "Microsoft.App", "Microsoft.Web", "Microsoft.Storage", "Microsoft.DocumentDB", "Microsoft.KeyVault", "Microsoft.EventGrid", "Microsoft.Communication",
    "Microsoft.Insights", "Microsoft.OperationalInsights", "Microsoft.Security", "Microsoft.Network", "Microsoft.ManagedIdentity", "Microsoft.Consumption", "Microsoft.PolicyInsights",
]  # fmt: skip
# A request that only looks, though it is a POST.
LOOKS = re.compile(r"/(validate|whatIf|list|listkeys|checkNameAvailability)(\?|$)", re.IGNORECASE)


class Scene:
    """What a test may bend; read anew for every request."""

    DEFAULTS = {
        "poison": {}, "eventStatus": 404, "apiStatus": 200, "hsts": True, "mediaStatus": 409, "withoutTimer": False,
        "auditState": "Unlocked", "refuseTemplate": False, "stackFailures": 0, "publishStatus": 202, "holds": [], "register": [], "ring": None, "copyLacks": None, "lostPictures": 0, "deployed": False, "regions": ["uksouth"], "runtime": "1.0", "unregistered": [], "registration": {},
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
        self.doors: dict[str, dict] = {}
        self.locked = False
        # When a stack was deleted, it is gone until the test sets another scene.
        self.gone_with = 0
        self.listed_with = 0
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

    def note(self, method: str, path: str, body: object) -> None:
        is_write = method in ("PUT", "PATCH", "DELETE") or (method == "POST" and not LOOKS.search(path))
        # What a browser does at the front is no write to Azure; the documents' query is a read sent by POST.
        if path.startswith(("/front", "/media")) or "/docs" in path or "/oauth2/" in path:
            is_write = False
        kept = {"method": method, "path": path, "write": is_write, "body": body}
        with self.lock, (self.folder / "requests.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(kept) + "\n")

    def declared(self) -> list[dict]:
        found = [(path.parent.name, json.loads(path.read_text("utf-8"))) for path in sorted(GOLDEN.glob("*/function.json"))]
        if self.scene["withoutTimer"]:
            found = [(name, one) for name, one in found if name != "expire-records"]
        return [
            {"id": f"{GROUP}/providers/Microsoft.Web/sites/{APP}/functions/{name}", "name": f"{APP}/{name}", "properties": {"name": name, "config": one}}
            for name, one in found
        ]


def changes(state: State) -> list[dict]:
    """A what-if: everything is made the first time, nothing the second."""
    what = "NoChange" if state.stack else "Create"
    names = [f"Microsoft.Web/sites/{APP}", f"Microsoft.Storage/storageAccounts/{MEDIA}", f"Microsoft.KeyVault/vaults/{VAULT}"]
    return [{"resourceId": f"{GROUP}/providers/{name}", "changeType": what, "delta": [], "before": None, "after": None} for name in names]


def arm(state: State, method: str, path: str, body: dict, query: str) -> tuple[int, object]:
    """Resource Manager. What it does not know it answers 404, and the test says which path that was."""
    low = path.lower()
    scene = state.scene
    deployment = {"id": path, "name": path.rsplit("/", 1)[-1], "properties": {"provisioningState": "Succeeded"}}
    if low == "/v1.0/applications":
        return applications(scene["registration"])
    if low == "/subscriptions":
        return 200, {"value": [{"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION, "tenantId": TENANT, "displayName": "A hospital's test", "state": "Enabled"}]}
    if low.endswith(f"{SUBSCRIPTION}/resources"):
        kind = "Microsoft.DocumentDB/databaseAccounts"
        found = [{"id": f"{GROUP}/providers/{kind}/{COSMOS}", "name": COSMOS, "type": kind, "location": "uksouth"}] if kind in unquote(query) else []
        return 200, {"value": found}
    if low == "/tenants":
        return 200, {"value": [{"id": f"/tenants/{TENANT}", "tenantId": TENANT}]}
    if low.endswith("/providers"):
        return 200, {"value": [{"namespace": name, "registrationState": "Registered"} for name in PROVIDERS if name not in scene["unregistered"]]}
    if match := re.search(r"/providers/(microsoft\.\w+)(/register)?$", low):
        return 200, {"namespace": match[1], "registrationState": "Registered", "resourceTypes": [{"resourceType": "databaseAccounts", "apiVersions": ["2026-03-15"], "locations": ["UK South"]}]}
    if low.endswith("/georegions"):
        return 200, {"value": [{"name": "UK South" if name == "uksouth" else name, "properties": {"name": "UK South" if name == "uksouth" else name, "orgDomain": "FLEXCONSUMPTION;FCZONEREDUNDANCY"}} for name in scene["regions"]]}
    if low.endswith(f"{SUBSCRIPTION}/locations"):
        return 200, {"value": [{"name": name, "displayName": name} for name in ("uksouth", "ukwest", "westeurope")]}
    if low.endswith("/functionappstacks"):
        return 200, {"value": [stack(scene["runtime"])]}
    if low.endswith("/validate"):
        if scene["refuseTemplate"]:
            return 400, {"error": {"code": "InvalidTemplate", "message": "the template is refused"}}
        return 200, deployment | {"properties": {"provisioningState": "Succeeded", "validatedResources": []}}
    if low.endswith("/whatif"):
        return 200, {"status": "Succeeded", "properties": {"changes": changes(state)}}
    if "/deploymentstacks/" in low:
        return stacks(state, method, path, body)
    return resources(state, method, path, body)


def applications(bent: dict | None) -> tuple[int, object]:
    """Entra ID's directory: the staff's application, as docs/sign-in.md has it made but for what the scene bends."""
    if bent == {"hidden": True}:
        return 403, {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
    api = {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [{"value": "staff", "isEnabled": True}]}
    made = {"id": "1", "appId": CLIENT, "api": api, "spa": {"redirectUris": []}}
    return 200, {"value": [] if bent is None else [made | bent]}


def stack(version: str) -> dict:
    runtime = {"name": "custom", "version": version}
    settings = {"runtimeVersion": "1.0", "isPreview": False, "Sku": [{"skuCode": "FC1", "functionAppConfigProperties": {"runtime": runtime}}]}
    settings |= {"appInsightsSettings": {"isSupported": True}, "gitHubActionSettings": {"isSupported": False}, "isDefault": True}
    minor = {"displayText": "Custom", "value": "1.0", "stackSettings": {"linuxRuntimeSettings": settings}}
    major = {"displayText": "Custom", "value": "1.0", "minorVersions": [minor]}
    return {"name": "custom", "properties": {"displayText": "Custom Handler", "value": "custom", "majorVersions": [major]}}


def stacks(state: State, method: str, path: str, body: dict) -> tuple[int, object]:
    if method == "PUT":
        if state.tried_with != state.scene.changed_at():
            state.attempts, state.tried_with = 0, state.scene.changed_at()
        state.attempts += 1
        if state.attempts <= state.scene["stackFailures"]:
            return 400, {"error": {"code": "DeploymentStackDeploymentFailed", "message": "a role is not known yet"}}
        state.stack = body
    if method == "DELETE":
        state.stack, state.gone_with = None, state.scene.changed_at()
        return 200, None
    if state.stack is None and (not state.scene["deployed"] or state.gone_with == state.scene.changed_at()):
        return 404, {"error": {"code": "DeploymentStackNotFound", "message": "there is no such stack"}}
    properties = (state.stack or {"properties": {}})["properties"] | {"provisioningState": "succeeded", "outputs": state.outputs(), "resources": []}
    return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "location": "uksouth", "properties": properties}


def resources(state: State, method: str, path: str, body: dict) -> tuple[int, object]:
    low = path.lower()
    site = f"/sites/{APP}".lower()
    if "/tags/default" in low:
        state.tags |= body.get("properties", {}).get("tags", {})
        return 200, {"id": path, "name": "default", "properties": {"tags": state.tags}}
    if low.endswith(f"{site}/functions"):
        return 200, {"value": state.declared()}
    if low.endswith(f"{site}/config/appsettings/list"):
        told = {"STORES": "azure", "COSMOS_ENDPOINT": f"{state.origin()}/documents/", "AZURE_CLIENT_ID": TENANT, "AzureWebJobsStorage__clientId": TENANT}
        return 200, {"properties": told}
    if low.endswith("/host/default/listkeys"):
        return 200, {"masterKey": "not-a-key", "functionKeys": {}, "systemKeys": {}}
    if site in low:
        return 200, the_site(state)
    if "/serverfarms/" in low:
        return 200, {"id": path, "name": "plan", "location": "UK South", "sku": {"name": "FC1", "tier": "FlexConsumption"}, "properties": {"reserved": True}}
    if low.endswith("/secrets"):
        return 200, {"value": [{"id": f"{path}/{name}", "name": name} for name in state.secrets]}
    if "/secrets/" in low:
        name = path.rsplit("/", 1)[-1]
        if method == "PUT":
            state.secrets[name] = body
        return (200, {"id": path, "name": name, "properties": {}}) if name in state.secrets else (404, {"error": {"code": "SecretNotFound", "message": name}})
    if "/immutabilitypolicies/default" in low:
        if low.endswith("/lock"):
            state.locked = True
        locked = "Locked" if state.locked else state.scene["auditState"]
        days = 2922 if "prod" in low else 1
        return 200, {"id": path, "name": "default", "etag": '"1"', "properties": {"state": locked, "immutabilityPeriodSinceCreationInDays": days}}
    if match := re.search(r"/queueservices/default/queues(?:/([\w-]+))?$", low):
        return queues(state, path, match[1])
    if low.endswith("/revokeuserdelegationkeys"):
        return 200, {}
    if low.endswith("/blobservices/default"):
        return 200, {"id": path, "name": "default", "properties": {"isVersioningEnabled": True, "deleteRetentionPolicy": {"enabled": True, "days": 14}}}
    if "/databaseaccounts/" in low or low.endswith("/restorabledatabaseaccounts"):
        return database_accounts(state, method, path, body)
    if re.search(r"/resourcegroups/[\w-]+$", low):
        return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "location": "uksouth", "properties": {"provisioningState": "Succeeded"}}
    if "/roleassignments/" in low or "/roledefinitions" in low:
        return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "properties": body.get("properties", {}), "value": []}
    if f"/storageaccounts/{MEDIA}" in low or f"/storageaccounts/{PRIVATE}" in low or f"/vaults/{VAULT}" in low:
        if method in ("PUT", "PATCH"):
            state.doors[path] = body
        return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "location": "uksouth", "properties": {"provisioningState": "Succeeded", "vaultUri": f"{state.origin()}/", "publicNetworkAccess": "Disabled"}}
    return 404, {"error": {"code": "NotInTheFake", "message": f"the fake does not know {method} {path}"}}


def database_accounts(state: State, method: str, path: str, body: dict) -> tuple[int, object]:
    """The database as Resource Manager sees it, and the copy that a drill makes of it."""
    if path.lower().endswith("/restorabledatabaseaccounts"):
        where = {"locationName": "UK South", "regionalDatabaseAccountInstanceId": "1", "creationTime": "2026-01-01T00:00:00Z"}
        facts = {"accountName": COSMOS, "apiType": "Sql", "creationTime": "2026-01-01T00:00:00Z", "oldestRestorableTime": "2026-01-01T00:00:00Z", "restorableLocations": [where]}
        return 200, {"value": [{"id": f"{path}/1", "name": "1", "location": "UK South", "properties": facts}]}
    name = path.split("/databaseAccounts/")[1].split("/")[0]
    if path.endswith("/containers"):
        kept = {"patients": "/patient", "register": "/controller", "links": "/id", "inbox": "/team", "ledger": "/bucket"}
        if name != COSMOS:
            kept.pop(state.scene["copyLacks"], None)
        return 200, {"value": [{"id": f"{path}/{one}", "name": one, "properties": {"resource": {"id": one, "partitionKey": {"paths": [key]}}}} for one, key in kept.items()]}
    identity = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-encryption"
    place = {"locationName": "UK South", "failoverPriority": 0}
    properties = {
        "provisioningState": "Succeeded", "consistencyPolicy": {"defaultConsistencyLevel": "Session"}, "publicNetworkAccess": "Disabled",
        "locations": [place], "writeLocations": [place], "failoverPolicies": [place], "instanceId": "1", "createMode": "Default",
        "backupPolicy": {"type": "Continuous"}, "databaseAccountOfferType": "Standard",
    }  # fmt: skip
    who = {"type": "UserAssigned", "userAssignedIdentities": {identity: {"principalId": TENANT, "clientId": TENANT}}}
    return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "location": "UK South", "kind": "GlobalDocumentDB", "identity": who, "properties": properties | body.get("properties", {})}


def the_site(state: State) -> dict:
    host = f"localhost:{state.port}"
    names = [{"name": host, "hostType": "Standard"}, {"name": host, "hostType": "Repository"}]
    properties = {
        "sku": "FlexConsumption", "serverFarmId": f"{GROUP}/providers/Microsoft.Web/serverfarms/plan", "defaultHostName": host, "enabledHostNames": [host],
        "hostNames": [host], "hostNameSslStates": names, "state": "Running", "reserved": True,
        "functionAppConfig": {"runtime": {"name": "custom", "version": "1.0"}, "deployment": {"storage": {"type": "blobContainer"}}},
    }  # fmt: skip
    return {"id": f"{GROUP}/providers/Microsoft.Web/sites/{APP}", "name": APP, "kind": "functionapp,linux", "location": "UK South", "tags": state.tags, "properties": properties}


def queues(state: State, path: str, name: str | None) -> tuple[int, object]:
    all_names = ["uploads", "sms", "erasures"]
    if name is None:
        return 200, {"value": [{"id": f"{path}/{one}", "name": one} for base in all_names for one in (base, f"{base}-poison")]}
    return 200, {"id": path, "name": name, "properties": {"approximateMessageCount": state.scene["poison"].get(name, 0)}}


def front(state: State, method: str, path: str, query: str) -> tuple[int, dict, bytes]:
    """The app as the world sees it, its publishing side, and the media account."""
    scene = state.scene
    headers = {"strict-transport-security": "max-age=31536000"} if scene["hsts"] else {}
    if path == "/media/records" and "comp=list" in query:
        # The listing that counts afterwards knows of a picture that the download did not.
        names = ["picture.jpg", "lost.jpg"] if scene["lostPictures"] and state.listed_with == scene.changed_at() else ["picture.jpg"]
        state.listed_with = scene.changed_at()
        blobs = "".join(f"<Blob><Name>{name}</Name><Properties><Content-Length>3</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>" for name in names)
        listed = f'<?xml version="1.0"?><EnumerationResults ContainerName="records"><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>'
        return 200, {"content-type": "application/xml"}, listed.encode()
    if path == "/media/records/picture.jpg":
        return 200, {"etag": '"1"', "x-ms-blob-type": "BlockBlob", "content-range": "bytes 0-2/3", "last-modified": "Sun, 22 Nov 2026 09:00:00 GMT"}, b"jpg"
    if path.startswith("/media/"):
        return scene["mediaStatus"], {}, b""
    if path.startswith("/api/publish"):
        return scene["publishStatus"], {}, b'"00000000-0000-0000-0000-0000000000cc"'
    if path.startswith(("/api/deployments", "/deployments")):
        return 200, {}, json.dumps({"id": "1", "status": 4, "complete": True, "status_text": "", "progress": ""}).encode()
    if path.startswith("/admin/host/status"):
        return 200, {}, b'{"state":"Running"}'
    if path == "/front/api/openapi.json":
        return scene["apiStatus"], headers, b'{"openapi":"3.1.0"}'
    if method == "POST" and path.startswith("/front/"):
        return scene["eventStatus"], headers, b""
    return 200, headers, b""


def vault(state: State, method: str, path: str) -> tuple[int, object]:
    """The vault's own side: the key ring as the scene has it, and keys that turn."""
    if path.startswith("/secrets/handler-keys") and state.scene["ring"]:
        return 200, {"id": f"{state.origin()}{path}/1", "value": json.dumps(state.scene["ring"]), "attributes": {"enabled": True}}
    if path.startswith("/keys/") and path.endswith("/rotate"):
        name = path.split("/")[2]
        return 200, {"key": {"kid": f"{state.origin()}/keys/{name}/2", "kty": "RSA-HSM"}, "attributes": {"enabled": True}}
    return 404, {"error": {"code": "SecretNotFound", "message": path}}


def documents(state: State, path: str, body: dict) -> tuple[int, object]:
    """The database: one partition, a hold where the scene has one, and a patient."""
    container = path.split("/colls/")[1].split("/")[0]
    if path.endswith("/pkranges"):
        return 200, {"PartitionKeyRanges": [{"id": "0"}]}
    found: list[dict] = []
    if container == "register":
        found = state.scene["register"]
    if container == "patients":
        asks_for_holds = "hold-" in str(body.get("query"))
        found = [{"id": f"hold-{name}"} for name in state.scene["holds"]] if asks_for_holds else [{"id": "patient", "body": {}}]
    return 200, {"Documents": found, "_count": len(found)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: State

    def answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            # `az deployment` leaves the quotes off one of its keys; Azure takes that.
            body = json.loads(raw.replace(b" template:{", b' "template":{')) if raw else {}
        except ValueError:
            body = {"bytes": len(raw)}
        path = urlsplit(self.path).path.rstrip("/") or "/"
        self.state.note(self.command, self.path, body)
        if "/oauth2/" in path or path == "/msi/token":
            return self.send(200, {}, json.dumps(token(self.path)).encode())
        if path.startswith("/documents/"):
            status, said = documents(self.state, path, body)
        elif path.startswith(("/secrets/", "/keys/")):
            status, said = vault(self.state, self.command, path)
        elif path.startswith(("/front", "/media", "/api/", "/deployments", "/admin")):
            return self.send(*front(self.state, self.command, urlsplit(self.path).path, urlsplit(self.path).query))
        else:
            status, said = arm(self.state, self.command, path, body, urlsplit(self.path).query)
        self.send(status, {"content-type": "application/json"}, json.dumps(said).encode() if said is not None else b"")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def send(self, status: int, headers: dict, body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The requests stand in requests.jsonl."""


def token(path: str) -> dict:
    """What the identity endpoint of a managed identity says."""
    import base64

    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    asked = parse_qs(urlsplit(path).query).get("resource", ["https://management.core.windows.net/"])[0]
    end = int(time.time()) + 86_400
    claims = {"aud": asked, "iss": f"https://sts.windows.net/{TENANT}/", "tid": TENANT, "oid": "11111111-1111-1111-1111-111111111111", "appid": "fake", "exp": end, "xms_mirid": "x"}
    return {"access_token": f"{part({'alg': 'none'})}.{part(claims)}.", "expires_on": str(end), "expires_in": "86400", "resource": asked, "token_type": "Bearer"}


def main(folder: Path) -> None:
    state = State(folder)
    Handler.state = state
    azure = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    azure.socket = context.wrap_socket(azure.socket, server_side=True)
    identity = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = azure.server_port
    threading.Thread(target=identity.serve_forever, daemon=True).start()
    ports = {"azure": azure.server_port, "identity": identity.server_port}
    (folder / "ports.tmp").write_text(json.dumps(ports), "utf-8")
    (folder / "ports.tmp").rename(folder / "ports.json")
    azure.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
