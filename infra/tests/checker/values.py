"""What expressions come to. What only Azure knows is a `Later`: a name for it, and its shape where that is published."""

from dataclasses import dataclass, field
from typing import Any

from .types import ANY, Document, Shape


@dataclass(frozen=True)
class Later:
    """A value that is known when it is deployed.

    `text` tells two of them apart. `at_run_time` is set for what exists only once something else is deployed: Bicep does
    not take such a value for a name, a condition or a loop (BCP120). `known` is what we know it to be all the same.
    """

    text: str
    shape: Shape = ANY
    at_run_time: bool = False
    known: Any = None

    def __str__(self) -> str:
        return self.text


class Record(dict):
    """An object. `lines` has the line of each key."""

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Sequence(list):
    """An array."""

    def __init__(self, items: Any = (), line: int = 0) -> None:
        super().__init__(items)
        self.line = line


@dataclass(eq=False)
class Instance:
    """One resource as it would be deployed."""

    file: str
    line: int
    symbol: str
    kind: str
    version: str
    name: Any
    id: str
    document: Document | None
    existing: bool
    condition: Any
    parent: "Instance | None"
    scope: "Instance | None"
    body: Record = field(default_factory=Record)
    nested: dict[str, "Instance"] = field(default_factory=dict)
    # As it is written: the name, for checks of how it is made, and the body with the loop's names, to be worked out last.
    name_node: Any = None
    written: Any = None
    names: dict[str, Any] = field(default_factory=dict)

    def property(self, path: str) -> Any:
        """The value at `a.b.c` under properties; None where it is not set."""
        return at(self.body.get("properties"), path)


@dataclass(frozen=True)
class Outputs:
    """`module.outputs`."""

    run: Any


@dataclass(frozen=True)
class ModuleRun:
    """A module as other parts of its file refer to it."""

    run: Any


def at(value: Any, path: str) -> Any:
    for step in path.split(".") if path else []:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def line_of(value: Any, path: str, default: int) -> int:
    """The line where the deepest part of the path that is there stands."""
    line = default
    for step in path.split("."):
        if not isinstance(value, Record) or step not in value:
            break
        line, value = value.lines[step], value[step]
    return line


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return str(value)


def is_at_run_time(value: Any) -> bool:
    if isinstance(value, Later):
        return value.at_run_time
    if isinstance(value, dict):
        return any(map(is_at_run_time, value.values()))
    return isinstance(value, list) and any(map(is_at_run_time, value))


def handed_on(value: Any) -> Any:
    """As a module gets it in a parameter: known when that module starts."""
    if isinstance(value, Later):
        return value.known if value.known is not None else Later(value.text, value.shape)
    if isinstance(value, Record):
        copy = Record(value.line)
        copy.lines = value.lines
        copy.update({key: handed_on(one) for key, one in value.items()})
        return copy
    if isinstance(value, Sequence):
        return Sequence(map(handed_on, value), value.line)
    return value


def handed_out(value: Any) -> Any:
    """As a module gives it in an output: known only when that module is through."""
    if isinstance(value, Later):
        return Later(value.text, value.shape, True, value.known)
    return Later(text_of(value), _shape_of(value), True, value)


def kind_of(value: Any) -> str:
    if isinstance(value, Later):
        return value.shape.kind
    for known, kind in ((bool, "bool"), (int, "int"), (str, "string"), (dict, "object"), (list, "array")):
        if isinstance(value, known):
            return kind
    return "null" if value is None else "resource"


def _shape_of(value: Any) -> Shape:
    return Shape(None, "", kind_of(value))
