"""What the compiler and its linter say of a text that means something: most of it is an error by bicepconfig.json."""

import re
from collections.abc import Iterator

from .. import syntax as s
from ..project import Project
from .rule import Broken, policy
from .written import bicep_files

# Read off a resource that may not be there, these are known all the same (BCP318 knows them by name).
ALWAYS_KNOWN = {"id", "name", "type", "apiVersion"}
QUOTED_NAME = re.compile(r"(?:^\s*|[{,]\s*)'([A-Za-z_]\w*)'\s*:")
SECRET = re.compile("password|pwd|secret|accountkey|acctkey", re.IGNORECASE)


@policy("linter-style")
def linter_style(project: Project) -> Broken:
    """simplify-interpolation, prefer-interpolation, prefer-unquoted-property-names"""
    for file, parsed in bicep_files(project):
        for one in parsed.parts:
            value = getattr(one, "value", None) if isinstance(one, (s.Property, s.Var, s.Output)) else getattr(one, "default", None)
            if isinstance(value, s.Interpolation) and len([part for part in value.parts if part != ""]) == 1:
                project.report(file, value.line, "linter-style", "a text of one expression alone is that expression (simplify-interpolation)")
            if isinstance(one, s.Call) and one.name == "concat" and any(isinstance(item, (s.Literal, s.Interpolation)) for item in one.arguments):
                project.report(file, one.line, "linter-style", "texts are put together by interpolation (prefer-interpolation)")
        for number, line in enumerate(project.sources[file].split("\n"), 1):
            if found := QUOTED_NAME.search(line):
                project.report(file, number, "linter-style", f"`{found[1]}` needs no quotes (prefer-unquoted-property-names)")
    return
    yield


@policy("linter-names")
def linter_names(project: Project) -> Broken:
    """use-parent-property, secure-secrets-in-params"""
    for file, parsed in bicep_files(project):
        for one in parsed.statements:
            if isinstance(one, s.Resource) and one.kind.split("@")[0].count("/") > 1 and "parent" not in _body(one.body):
                project.report(file, one.line, "linter-names", f"`{one.name}` names its parent in `parent`, not in its name (use-parent-property)")
            if isinstance(one, s.Param) and SECRET.search(one.name) and not one.decorator("secure"):
                project.report(file, one.line, "linter-names", f"`{one.name}` sounds like a secret and is not @secure() (secure-secrets-in-params)")
    return
    yield


@policy("linter-dependson")
def linter_dependson(project: Project) -> Broken:
    """no-unnecessary-dependson: what a body refers to, it waits for already."""
    for file, parsed in bicep_files(project):
        for one in parsed.statements:
            body = _body(one.body) if isinstance(one, (s.Resource, s.Module)) else {}
            told = [item.name for item in getattr(body.get("dependsOn"), "items", []) if isinstance(item, s.Name)]
            others = [value for key, value in body.items() if key != "dependsOn"]
            for name in sorted(set(told) & {part.name for part in s.walk(others) if isinstance(part, s.Name)}):
                project.report(file, one.line, "linter-dependson", f"`{one.name}` refers to `{name}` and so waits for it anyhow")
    return
    yield


@policy("nothing-null")
def nothing_null(project: Project) -> Broken:
    """BCP318 and BCP321: a resource that may not be there is read by `.?`, and what comes of that is no text without `??`."""
    for file, parsed in bicep_files(project):
        perhaps = {one.name for one in parsed.statements if isinstance(one, s.Resource) and isinstance(one.body, s.When)}
        for part in parsed.parts:
            if isinstance(part, s.Access) and isinstance(part.base, s.Name) and part.base.name in perhaps and not part.safe and part.name not in ALWAYS_KNOWN:
                project.report(file, part.line, "nothing-null", f"`{part.base.name}` may not be there: read it by `.?` (BCP318)")
        taken = [one.value for one in parsed.statements if isinstance(one, s.Output)]
        taken += [entry.value for one in parsed.statements if isinstance(one, s.Module) for params in [_body(one.body).get("params")] if params for entry in params.properties]
        for value in taken:
            if _may_be_null(value):
                project.report(file, value.line, "nothing-null", "may be null: say what else it is, by `??` (BCP321)")
    return
    yield


def _may_be_null(value: s.Node) -> bool:
    if isinstance(value, s.Access):
        return value.safe or _may_be_null(value.base)
    if isinstance(value, s.Ternary):
        return _may_be_null(value.yes) or _may_be_null(value.no)
    return isinstance(value, s.Binary) and value.operator == "??" and _may_be_null(value.right)


def _body(body: object) -> dict[str, s.Node]:
    while isinstance(body, (s.When, s.Loop)):
        body = body.body
    return dict(_entries(body))


def _entries(body: object) -> Iterator[tuple[str, s.Node]]:
    for one in getattr(body, "properties", []):
        if isinstance(one.key, str):
            yield one.key, one.value
