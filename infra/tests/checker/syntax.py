"""The parts of a Bicep file, as far as this project writes them (see "the subset" in infra/README.md)."""

import functools
from dataclasses import dataclass, field


@dataclass
class Node:
    line: int


@dataclass
class Literal(Node):
    value: object


@dataclass
class Interpolation(Node):
    parts: list  # of str and Node


@dataclass
class ArrayNode(Node):
    items: list


@dataclass
class Property:
    key: object  # str, or Interpolation
    value: object
    line: int


@dataclass
class ObjectNode(Node):
    properties: list
    nested: list = field(default_factory=list)  # of Resource


@dataclass
class Name(Node):
    name: str


@dataclass
class Access(Node):
    base: Node
    name: str
    safe: bool = False


@dataclass
class Nested(Node):
    base: Node
    name: str


@dataclass
class Index(Node):
    base: Node
    index: Node


@dataclass
class Call(Node):
    name: str
    arguments: list


@dataclass
class Unary(Node):
    operator: str
    operand: Node


@dataclass
class Binary(Node):
    operator: str
    left: Node
    right: Node


@dataclass
class Ternary(Node):
    condition: Node
    yes: Node
    no: Node


@dataclass
class Loop(Node):
    item: str
    index: str | None
    over: Node
    body: Node


@dataclass
class When(Node):
    condition: Node
    body: Node


@dataclass
class Decorator(Node):
    name: str
    arguments: list


@dataclass
class Statement(Node):
    name: str
    decorators: list

    def decorator(self, name: str) -> Decorator | None:
        return next((one for one in self.decorators if one.name == name), None)


@dataclass
class Param(Statement):
    type: str
    default: Node | None


@dataclass
class Var(Statement):
    value: Node


@dataclass
class Output(Statement):
    type: str
    value: Node


@dataclass
class Resource(Statement):
    kind: str  # 'Microsoft.X/y@2025-01-01', or the last word of it where nested
    existing: bool
    body: Node


@dataclass
class Module(Statement):
    path: str
    body: Node


@dataclass
class File:
    scope: str
    using: str | None
    statements: list

    @functools.cached_property
    def parts(self) -> list:
        """Every part of it, at any depth."""
        return list(walk(self.statements))


def walk(part: object):
    """The part and everything in it."""
    if isinstance(part, list):
        for one in part:
            yield from walk(one)
    elif isinstance(part, (Node, Property, File)):
        yield part
        for value in vars(part).values():
            yield from walk(value)
