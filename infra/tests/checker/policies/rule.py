"""How a policy is declared: a generator of `(instance, path, words)` under a name."""

from collections.abc import Callable, Iterator
from typing import Any

from ..project import MAIN, Project
from ..values import Instance, line_of

Broken = Iterator[tuple[Instance | None, str, str]]
POLICIES: dict[str, Callable[[Project], Broken]] = {}


def policy(name: str) -> Callable[[Callable[[Project], Broken]], Callable[[Project], Broken]]:
    def declare(function: Callable[[Project], Broken]) -> Callable[[Project], Broken]:
        assert name not in POLICIES, name
        POLICIES[name] = function
        return function

    return declare


def run_policies(project: Project) -> None:
    for name, function in POLICIES.items():
        try:
            for instance, path, words in function(project):
                _report(project, name, instance, path, words)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as stumbled:
            # It stumbled over something that is not there: whatever that is, the policy does not hold.
            _report(project, name, None, "", f"cannot be judged, something it looks at is missing ({stumbled!r})")


def _report(project: Project, name: str, instance: Instance | None, path: str, words: str) -> None:
    if instance is None:
        project.report(MAIN, 1, name, words)
    else:
        line = line_of(instance.body, path, instance.line) if path else instance.line
        project.report(instance.file, line, name, f"{instance.symbol}: {words}")


def must_be(instance: Instance, path: str, *wanted: Any) -> Broken:
    """The property is one of these, written out: what only Azure knows is none of them."""
    found = instance.property(path)
    if not any(found is one or (found == one and type(found) is type(one)) for one in wanted):
        said = "is not set" if found is None else f"is {found}"
        yield instance, f"properties.{path}", f"`{path}` {said}; it must be {' or '.join(map(str, wanted))}"


def exactly_one(project: Project, kind: str, what: str) -> Broken:
    if len(project.of(kind)) != 1:
        yield None, "", f"there must be one {what}, there are {len(project.of(kind))}"
