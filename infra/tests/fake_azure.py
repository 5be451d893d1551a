#!/usr/bin/env python3
"""Plays Azure on this machine for the scripts' tests: Resource Manager, the app behind its front, publishing, storage.

    fake_azure.py FOLDER    writes FOLDER/ports.json when it listens, FOLDER/requests.jsonl as it goes

It answers what the real `az` asks in these tests, and remembers what was written. FOLDER/scene.json bends it: see `Scene`.
It is no Azure: nothing here says that a template deploys. It shows that the scripts ask the right things in the right order.
"""

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from fake.faces import documents, front, sickness, token, vault
from fake.manager import arm
from fake.state import State


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: State

    def answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            # `az deployment` leaves the quotes off one of its keys; Azure takes that.
            body = json.loads(raw.replace(b" template:{", b' "template":{')) if raw else {}
        except ValueError:
            body = {"bytes": len(raw), "text": raw[:400].decode("utf-8", "replace")}
        path = urlsplit(self.path).path.rstrip("/") or "/"
        sick = self.state.scene["sick"]
        is_sick = sick is not None and sick[0].lower() in self.path.lower()
        is_write = self.state.note(self.command, self.path, body, stays=not is_sick)
        if is_sick:
            return self.send(*sickness(sick[1], sick[2]))
        if "/oauth2/" in path or path == "/msi/token":
            return self.send(200, {}, json.dumps(token(self.path)).encode())
        if path.startswith("/documents/"):
            status, said = documents(self.state, path, body)
        elif path.startswith(("/secrets/", "/keys/")):
            status, said = vault(self.state, path)
        elif path.startswith(("/front", "/media", "/queues", "/api/", "/deployments", "/admin")):
            return self.send(*front(self.state, self.command, urlsplit(self.path).path, urlsplit(self.path).query))
        else:
            status, said = arm(self.state, self.command, path, body, urlsplit(self.path).query)
        if is_write:
            self.state.cut_where_told()
        more = {"x-ms-continuation": "again"} if self.state.scene["samePage"] and path.endswith("/docs") else {}
        self.send(status, {"content-type": "application/json"} | more, json.dumps(said).encode() if said is not None else b"")

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
