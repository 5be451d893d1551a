"""Microsoft's published resource types, from the trimmed copies in infra/tests/types."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "types"
KINDS = {"string": "string", "integer": "int", "boolean": "bool", "object": "object", "array": "array"}


@dataclass(frozen=True)
class Shape:
    """A place in a resource's type. `kind` is any, string, int, bool, object or array."""

    document: "Document | None"
    where: str
    kind: str

    def node(self) -> dict:
        return self.document.node(self.where) if self.document else {}

    def child(self, *steps: str) -> "Shape":
        return self.document.shape("/".join([self.where, *steps]))

    def read_property(self, name: str) -> "Shape | None":
        """The property as an expression reads it; None where there is none."""
        node = self.node()
        if self.kind == "any" or "trimmed" in node:
            return ANY
        known = [("properties", name)]
        known += [("variants", variant, "properties", name) for variant in node.get("variants", {})]
        for steps in known:
            found = self.document.find("/".join([self.where, *steps]))
            if found is not None:
                return found
        if isinstance(node.get("additionalProperties"), dict):
            return self.child("additionalProperties")
        return None


ANY = Shape(None, "", "any")


class Document:
    """One type at one API version."""

    def __init__(self, text: str) -> None:
        self.json = json.loads(text)
        self.scopes: int = self.json["scopes"]
        self.seen: set[str] = set()
        self.found: dict[str, Shape | None] = {}
        self.body = self.shape("body")

    def _resolve(self, where: str) -> str | None:
        """Follows references, so that a place has one name however it is reached."""
        node, at = self.json, ""
        for step in where.split("/"):
            if not isinstance(node, dict) or step not in node:
                return None
            node, at = node[step], f"{at}/{step}".strip("/")
            while isinstance(node, dict) and "$ref" in node:
                reference = node["$ref"].removeprefix("#/$defs/")
                self.seen.add(reference)
                node, at = self.json["$defs"][reference], f"$defs/{reference}"
        return at

    def node(self, where: str) -> dict:
        node = self.json
        for step in where.split("/"):
            node = node[step]
        return node

    def find(self, where: str) -> Shape | None:
        if where not in self.found:
            at = self._resolve(where)
            self.found[where] = None if at is None else Shape(self, at, KINDS.get(self.node(at).get("type", ""), "any"))
        return self.found[where]

    def shape(self, where: str) -> Shape:
        found = self.find(where)
        if found is None:
            raise KeyError(where)
        return found

    def is_read_only(self, parent: Shape, name: str) -> bool:
        return bool(parent.node()["properties"][name].get("readOnly"))


class Types:
    """All the types that this project uses."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.read: dict[str, Document | None] = {}

    def of(self, kind: str) -> Document | None:
        """`Microsoft.X/y@version`; None where we have no copy of it."""
        if kind not in self.read:
            path = self.folder / f"{kind.replace('/', '_')}.json"
            self.read[kind] = Document(path.read_text("utf-8")) if path.is_file() else None
        return self.read[kind]
