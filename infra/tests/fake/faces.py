"""What answers beside Resource Manager: the app, its publishing side, blobs, the vault, the documents, sign-in."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

from .state import TENANT, State


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
    if path.startswith("/queues/"):
        return queue_messages(state, method, path)
    if path == "/admin/functions/expire-records":
        return scene["nightStatus"], {}, b""
    if path.startswith("/admin/host/status"):
        return scene["hostStatus"], {}, b'{"state":"Running"}'
    if path == "/front/api/openapi.json":
        return scene["apiStatus"], headers, b"Function host is not running." if scene["hostStatus"] == 503 else b'{"openapi":"3.1.0"}'
    if method == "POST" and path.startswith("/front/"):
        return scene["eventStatus"], headers, b""
    return 200, headers, b""


def queue_messages(state: State, method: str, path: str) -> tuple[int, dict, bytes]:
    """The queues' own interface: hands out a poisoned message, takes what is put, and forgets what is deleted."""
    poisoned = state.scene["poisoned"]
    if method == "DELETE":
        state.gone.add(int(path.rsplit("/", 1)[1]))
        return 204, {}, b""
    if method == "POST":
        return 201, {}, b"<QueueMessagesList/>"
    number = next((one for one in range(len(poisoned)) if one not in state.shown | state.gone), None)
    if not path.endswith("-poison/messages") or number is None:
        return 200, {"content-type": "application/xml"}, b'<?xml version="1.0"?><QueueMessagesList />'
    state.shown.add(number)
    one = f"<MessageId>{number}</MessageId><PopReceipt>AgA+/=</PopReceipt><MessageText>{poisoned[number]}</MessageText>"
    return 200, {"content-type": "application/xml"}, f'<?xml version="1.0"?><QueueMessagesList><QueueMessage>{one}</QueueMessage></QueueMessagesList>'.encode()


def sickness(status: int, what: str) -> tuple[int, dict, bytes]:
    """What comes instead of an answer: Azure's own refusal, or the page of something that stands between."""
    if what == "html":
        return status, {"content-type": "text/html"}, b"<html>\n<head><title>Proxy</title></head>\n<body>Sign in to the hospital's network</body>\n</html>"
    code = {429: "TooManyRequests", 403: "AuthorizationFailed", 404: "SubscriptionNotFound"}.get(status, "InternalServerError")
    return status, {"content-type": "application/json", "retry-after": "0"}, json.dumps({"error": {"code": code, "message": "not now"}}).encode()


def vault(state: State, path: str) -> tuple[int, object]:
    """The vault's own side: the key ring as the scene has it until it is written, and keys that turn."""
    put = next((name for name in state.since if name.endswith("/secrets/handler-keys")), None)
    ring = state.secrets["handler-keys"]["properties"]["value"] if put else json.dumps(state.scene["ring"])
    older = state.scene["older"]
    if path == "/secrets/handler-keys/versions" and older:
        made = {"older": 1_795_000_000, "newest": 1_796_000_000}
        return 200, {"value": [{"id": f"{state.origin()}/secrets/handler-keys/{name}", "attributes": {"enabled": True, "created": at}} for name, at in made.items()]}
    if path == "/secrets/handler-keys/older" and older:
        return 200, {"id": f"{state.origin()}{path}", "value": json.dumps(older), "attributes": {"enabled": True, "created": 1_795_000_000}}
    if path.startswith("/secrets/handler-keys") and state.scene["ring"]:
        return 200, {"id": f"{state.origin()}{path}" + ("/1" if path.count("/") == 2 else ""), "value": ring, "attributes": {"enabled": True, "created": state.since.get(put, 0)}}
    if path.startswith("/keys/"):
        name = path.split("/")[2]
        made = state.since.get(f"/keys/{name}/rotate", 0)
        return 200, {"key": {"kid": f"{state.origin()}/keys/{name}/2", "kty": "RSA-HSM"}, "attributes": {"enabled": True, "created": made}}
    return 404, {"error": {"code": "SecretNotFound", "message": path}}


def documents(state: State, path: str, body: dict) -> tuple[int, object]:
    """The database: one partition, a hold where the scene has one, and a patient."""
    container = path.split("/colls/")[1].split("/")[0]
    if state.scene["doorStatus"] != 200:
        return state.scene["doorStatus"], {"code": "Forbidden"}
    if path.endswith("/pkranges"):
        return 200, {"PartitionKeyRanges": [] if state.scene["noRanges"] else [{"id": "0"}]}
    found: list[dict] = []
    if container == "register":
        found = state.scene["register"]
    if container == "patients":
        asks_for_holds = "hold-" in str(body.get("query"))
        found = [{"id": f"hold-{name}"} for name in state.scene["holds"]] if asks_for_holds else [{"id": "patient", "body": {}}]
    return 200, {"Documents": found, "_count": len(found)}


def token(path: str) -> dict:
    """What the identity endpoint of a managed identity says."""
    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    asked = parse_qs(urlsplit(path).query).get("resource", ["https://management.core.windows.net/"])[0]
    end = int(time.time()) + 86_400
    claims = {"aud": asked, "iss": f"https://sts.windows.net/{TENANT}/", "tid": TENANT, "oid": "11111111-1111-1111-1111-111111111111", "appid": "fake", "exp": end, "xms_mirid": "x"}
    return {"access_token": f"{part({'alg': 'none'})}.{part(claims)}.", "expires_on": str(end), "expires_in": "86400", "resource": asked, "token_type": "Bearer"}
