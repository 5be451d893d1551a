"""Holds a resource's body against its published type."""

import difflib
import re
from typing import Any, Callable

from .types import KINDS, Shape
from .values import Later, Record, kind_of, text_of

Report = Callable[[int, str, str], None]
# Set by Bicep itself, not sent as a property of that name.
OF_BICEP = {"parent", "scope", "dependsOn"}


def check_body(body: Record, shape: Shape, report: Report) -> None:
    sent = Record(body.line)
    for key, value in body.items():
        if key not in OF_BICEP:
            sent[key], sent.lines[key] = value, body.lines[key]
    check(sent, shape, "", body.line, report)


def check(value: Any, shape: Shape, path: str, line: int, report: Report) -> None:
    node = shape.node()
    if "trimmed" in node:
        report(line, "type-copy", f"`{path}` is not in our copy of the types: run infra/tests/trim_types.py")
        return
    if value is None:
        return
    if "discriminator" in node:
        _check_variant(value, shape, path, line, report)
        return
    expected, found = shape.kind, kind_of(value)
    if expected != "any" and found not in (expected, "any"):
        report(line, "type", f"`{path}` takes {expected}, not {found}")
        return
    if isinstance(value, Later):
        return
    if expected == "object" and isinstance(value, Record):
        _check_object(value, shape, path, report)
    elif expected == "array" and isinstance(value, list):
        for number, item in enumerate(value):
            inner = getattr(item, "line", 0) or line
            check(item, shape.child("items"), f"{path}[{number}]", inner, report)
    else:
        _check_plain(value, node, path, line, report)


def _check_object(value: Record, shape: Shape, path: str, report: Report) -> None:
    node = shape.node()
    known = node.get("properties", {})
    others = node.get("additionalProperties")
    for key, inner in value.items():
        at = f"{path}.{key}".lstrip(".")
        line = value.lines.get(key, value.line)
        if key in known:
            if known[key].get("readOnly"):
                report(line, "type", f"`{at}` is told by Azure and cannot be set")
            else:
                check(inner, shape.child("properties", key), at, line, report)
        elif isinstance(others, dict):
            check(inner, shape.child("additionalProperties"), at, line, report)
        elif others is not True:
            near = difflib.get_close_matches(key, known, 1)
            report(line, "type", f"there is no `{at}`" + (f"; `{near[0]}` is meant?" if near else ""))
    for key in node.get("required", []):
        if key not in value and not known.get(key, {}).get("readOnly"):
            report(value.line, "type", f"`{path}.{key}` is missing".replace("`.", "`"))


def _check_variant(value: Any, shape: Shape, path: str, line: int, report: Report) -> None:
    node = shape.node()
    if not isinstance(value, Record):
        if kind_of(value) not in ("any", "object"):
            report(line, "type", f"`{path}` takes object, not {kind_of(value)}")
        return
    key = node["discriminator"]
    said = value.get(key)
    if isinstance(said, Later):
        return
    if said not in node["variants"]:
        known = ", ".join(node["variants"])
        report(value.lines.get(key, line), "type", f"`{path}.{key}` is `{said}`; it can be {known}")
        return
    common, rest = node.get("properties", {}), Record(value.line)
    for name, inner in value.items():
        if name in common:
            check(inner, shape.child("properties", name), f"{path}.{name}", value.lines.get(name, line), report)
        else:
            rest[name], rest.lines[name] = inner, value.lines.get(name, line)
    check(rest, shape.child("variants", said), path, line, report)


def _check_plain(value: Any, node: dict, path: str, line: int, report: Report) -> None:
    allowed = node.get("enum") or node.get("examples") or ([node["const"]] if "const" in node else None)
    if allowed and value not in allowed:
        report(line, "type", f"`{path}` is `{text_of(value)}`; it can be {', '.join(map(text_of, allowed))}")
    if isinstance(value, str):
        if not node.get("minLength", 0) <= len(value) <= node.get("maxLength", len(value)):
            report(line, "type", f"`{path}` has {len(value)} letters")
        if "pattern" in node and not re.search(node["pattern"], value):
            report(line, "type", f"`{path}` is `{value}`, which does not fit {node['pattern']}")
    elif isinstance(value, int) and not isinstance(value, bool):
        if not node.get("minimum", value) <= value <= node.get("maximum", value):
            report(line, "type", f"`{path}` is {value}, out of its bounds")
    assert node.get("type", "string") in KINDS
