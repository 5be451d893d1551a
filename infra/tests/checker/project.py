"""The whole: main.bicep deployed on paper for one environment, from files on disk or changed ones in memory."""

from pathlib import Path, PurePosixPath
from typing import Any

from . import syntax as s
from .evaluate import Evaluator
from .findings import Finding, Refused
from .module import Run, param_refusals
from .parser import parse
from .types import Types
from .values import Instance, Later, Sequence

ROOT = Path(__file__).parents[3]
MAIN = "bicep/main.bicep"
ENVIRONMENTS = ("dev", "prod")


def read_sources() -> dict[str, str]:
    """Every file that a check may look at, by its path from the root of the project."""
    patterns = ["bicep/**/*", "infra/*.bicepparam", "infra/*.sh", "infra/README.md", "handlers/functions/src/**/*.rs", "handlers/domain/src/**/*.rs", "handlers/azure/src/*.rs", "web/src/patient/upload/*.ts", "tests/golden/*/function.json", "local.settings.example.json", "host.json", "tests/golden/openapi.json"]
    paths = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    texts = {}
    for path in sorted(paths):
        texts[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
    return texts


class Project:
    """One environment. `findings` grows while it is deployed; `instances` is what would stand in Azure."""

    def __init__(self, sources: dict[str, str], environment: str, types: Types) -> None:
        self.sources = sources
        self.environment = environment
        self.types = types
        self.findings: set[Finding] = set()
        self.files: dict[str, s.File] = {}
        self.instances: list[Instance] = []
        self.runs: list[Run] = []
        self.params_file = f"infra/{environment}.bicepparam"
        self.outputs: dict[str, Any] = {}
        self._deploy()

    def report(self, file: str, line: int, check: str, words: str) -> None:
        self.findings.add(Finding(file, line, check, words))

    def parsed(self, file: str) -> s.File:
        if file not in self.files:
            try:
                self.files[file] = parse(self.sources[file])
            except Refused as refused:
                self.report(file, refused.line, "syntax", refused.words)
                self.files[file] = s.File("resourceGroup", None, [])
        return self.files[file]

    def beside(self, file: str, path: str) -> str | None:
        parts: list[str] = []
        for step in (PurePosixPath(file).parent / path).parts:
            if step == "..":
                parts.pop()
            else:
                parts.append(step)
        found = "/".join(parts)
        return found if found in self.sources else None

    def _deploy(self) -> None:
        main = Run(self, MAIN, self._params(), "", "main")
        # A module that an output of another waits for is made while that one is worked out: the list grows.
        waiting = [main]
        while waiting:
            run = waiting.pop(0)
            run.run()
            self.runs.append(run)
            self.instances += run.instances
            waiting += run.modules
        self.outputs = {name: main.values.get(f"output {name}") for name in main.outputs}

    def _params(self) -> dict[str, Any]:
        parsed = self.parsed(self.params_file)
        declared = {one.name: one for one in self.parsed(MAIN).statements if isinstance(one, s.Param)}
        if parsed.using is None or self.beside(self.params_file, parsed.using) != MAIN:
            self.report(self.params_file, 1, "param", f"`using` must lead to {MAIN}")

        def report(line: int, check: str, words: str) -> None:
            self.report(self.params_file, line, check, words)

        evaluator = Evaluator(report, lambda _: None, "resourceGroup", "")
        values: dict[str, Any] = {}
        for one in parsed.statements:
            if not isinstance(one, s.Param) or one.default is None:
                report(one.line, "syntax", "a parameters file has `param name = value` only")
                continue
            if one.name not in declared:
                report(one.line, "param", f"{MAIN} has no parameter `{one.name}`")
            values[one.name] = evaluator.value(one.default)
            for words in param_refusals(declared[one.name], values[one.name]) if one.name in declared else []:
                report(one.line, "param", f"`{one.name}` {words}")
        for name, param in declared.items():
            if param.default is None and name not in values:
                report(1, "param", f"`{name}` is not set")
        return values

    # what policies ask

    def of(self, kind: str) -> list[Instance]:
        """What is deployed of a type; what is only referred to is not in it."""
        found = [one for one in self.instances if one.kind == kind and not one.existing]
        return [one for one in found if one.condition is True or isinstance(one.condition, Later)]

    def deployed(self) -> list[Instance]:
        kinds = {one.kind for one in self.instances}
        return [one for kind in sorted(kinds) for one in self.of(kind)]

    def by_id(self, identifier: Any) -> Instance | None:
        return next((one for one in self.instances if one.id == identifier and not one.existing), None)

    def children(self, parent: Instance, last: str) -> list[Instance]:
        return [one for one in self.of(f"{parent.kind}/{last}") if one.parent and one.parent.id == parent.id]


def flatten(value: Any) -> list[Instance]:
    return [one for item in value for one in flatten(item)] if isinstance(value, Sequence) else [value]
