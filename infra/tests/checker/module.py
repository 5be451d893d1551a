"""Deploys one module on paper: its parameters in, its resources and outputs out."""

from typing import Any

from . import syntax as s
from .evaluate import Evaluator
from .functions import SUBSCRIPTION
from .shape import check_body
from .values import Instance, Later, ModuleRun, Record, Sequence, handed_on, handed_out, kind_of, text_of

SCOPE_BITS = {"tenant": 1, "managementGroup": 2, "subscription": 4, "resourceGroup": 8, "extension": 16}
GROUP = "Microsoft.Resources/resourceGroups"


class Run:
    """One module with its parameters."""

    def __init__(self, project: Any, file: str, params: dict[str, Any], group_name: str, name: str) -> None:
        self.project = project
        self.file = file
        self.name = name
        self.params = params
        self.group_name = group_name
        self.parsed: s.File = project.parsed(file)
        self.statements = {one.name: one for one in self.parsed.statements if not isinstance(one, s.Output)}
        self.outputs = {one.name: one for one in self.parsed.statements if isinstance(one, s.Output)}
        self.values: dict[str, Any] = {}
        self.working: list[str] = []
        self.used: set[str] = set()
        self.instances: list[Instance] = []
        self.modules: list[Run] = []
        self.evaluator = Evaluator(self.report, self.lookup, self.parsed.scope, group_name)

    def report(self, line: int, check: str, words: str) -> None:
        self.project.report(self.file, line, check, words)

    def run(self) -> None:
        """Evaluates everything, referred to or not."""
        names = [one.name for one in self.parsed.statements if not isinstance(one, s.Output)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.report(self.statements[name].line, "symbol", f"`{name}` is declared twice")
        for name in names:
            self.resolve(name)
        for name in self.outputs:
            self.output(name, self.outputs[name].line, None)
        for instance in list(self.instances):
            self.check_instance(instance)
        for name, statement in self.statements.items():
            is_checked = isinstance(statement, (s.Param, s.Var)) or getattr(statement, "existing", False)
            if is_checked and name not in self.used:
                self.report(statement.line, "unused", f"`{name}` is not used")

    def lookup(self, name: str) -> tuple[Any] | None:
        if name not in self.statements:
            return None
        self.used.add(name)
        return (self.resolve(name),)

    def resolve(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        statement = self.statements[name]
        if name in self.working:
            self.report(statement.line, "symbol", f"`{name}` needs itself: {' → '.join([*self.working, name])}")
            return Later(name)
        self.working.append(name)
        # Another name means the same inside a loop and outside of it.
        around, self.evaluator.locals = self.evaluator.locals, []
        if isinstance(statement, s.Param):
            value = self.param(statement)
        elif isinstance(statement, s.Var):
            value = self.evaluator.value(statement.value)
        elif isinstance(statement, s.Resource):
            value = self.resource(statement, None)
        else:
            value = self.module(statement)
        self.evaluator.locals = around
        self.working.pop()
        self.values[name] = value
        return value

    def param(self, statement: s.Param) -> Any:
        if statement.name not in self.params:
            if statement.default is None:
                return Later(statement.name)
            value = self.evaluator.value(statement.default)
        else:
            value = self.params[statement.name]
        for words in param_refusals(statement, value):
            self.report(statement.line, "param", f"`{statement.name}` {words}")
        return value

    def output(self, name: str, line: int, wrong: Any) -> Any:
        if name not in self.outputs:
            known = ", ".join(f"`{one}`" for one in self.outputs)
            return wrong(line, f"{self.file} has no output `{name}`; it has {known}", "output")
        key = f"output {name}"
        if key not in self.values:
            if key in self.working:
                self.report(self.outputs[name].line, "symbol", f"output `{name}` needs itself")
                return Later(name)
            self.working.append(key)
            around, self.evaluator.locals = self.evaluator.locals, []
            value = self.evaluator.value(self.outputs[name].value)
            self.evaluator.locals = around
            self.working.pop()
            if kind_of(value) not in (self.outputs[name].type, "any"):
                words = f"output `{name}` is {kind_of(value)}, not {self.outputs[name].type}"
                self.report(self.outputs[name].line, "type", words)
            self.values[key] = value
        return handed_out(self.values[key])

    # resources

    def resource(self, statement: s.Resource, within: Instance | None) -> Any:
        if isinstance(statement.body, s.Loop):
            loop = statement.body
            made = Sequence()
            for _ in self.evaluator.each(loop):
                locals_then = dict(self.evaluator.locals[-1])
                made.append(self.one_resource(statement, loop.body, within, locals_then))
            return made
        return self.one_resource(statement, statement.body, within, {})

    def one_resource(self, statement: s.Resource, body: s.Node, within: Instance | None, names: dict) -> Any:
        condition: Any = True
        if isinstance(body, s.When):
            condition = self.evaluator.start_value(body.condition, "a condition")
            body = body.body
        head = {one.key: one.value for one in body.properties if one.key in ("name", "parent", "scope")}
        if "name" not in head:
            self.report(statement.line, "type", "a resource needs a `name`")
            return Later(statement.name)
        name = self.evaluator.start_value(head["name"], "the name of a resource")
        parent = within or (self.evaluator.value(head["parent"]) if "parent" in head else None)
        scope = self.evaluator.value(head["scope"]) if "scope" in head else None
        kind, _, version = statement.kind.partition("@")
        if within:
            kind, version = f"{within.kind}/{kind}", version or within.version
        document = self.project.types.of(f"{kind}@{version}")
        if document is None:
            self.report(statement.line, "untyped", f"we have no type {kind}@{version}")
        instance = Instance(
            self.file, statement.line, statement.name, kind, version, name,
            self.id_of(statement, kind, name, parent, scope), document, statement.existing, condition,
            parent if isinstance(parent, Instance) else None, scope if isinstance(scope, Instance) else None,
            name_node=head["name"],
        )  # fmt: skip
        self.check_place(statement, instance, parent, scope)
        for nested in body.nested:
            instance.nested[nested.name] = self.resource(nested, instance)
        self.instances.append(instance)
        # The body waits until every symbol stands, because resources may refer to each other's ids.
        instance.written, instance.names = body, names
        return instance

    def check_instance(self, instance: Instance) -> None:
        self.evaluator.locals.append(instance.names)
        instance.body = self.evaluator.value(s.ObjectNode(instance.written.line, instance.written.properties))
        self.evaluator.locals.pop()
        for needed in instance.body.get("dependsOn", []):
            if not isinstance(needed, (Instance, ModuleRun, Sequence, Later)):
                self.report(instance.body.lines["dependsOn"], "type", "`dependsOn` takes resources and modules")
        if instance.document and not instance.existing:
            check_body(instance.body, instance.document.body, self.report)

    def id_of(self, statement: s.Resource, kind: str, name: Any, parent: Any, scope: Any) -> str:
        if isinstance(parent, Instance):
            return f"{parent.id}/{kind.rsplit('/', 1)[1]}/{text_of(name)}"
        if isinstance(scope, Instance):
            return f"{scope.id}/providers/{kind}/{text_of(name)}"
        if kind == GROUP:
            return f"{SUBSCRIPTION}/resourceGroups/{text_of(name)}"
        group = f"{SUBSCRIPTION}/resourceGroups/{self.group_name}"
        return f"{group if self.parsed.scope == 'resourceGroup' else SUBSCRIPTION}/providers/{kind}/{text_of(name)}"

    def check_place(self, statement: s.Resource, instance: Instance, parent: Any, scope: Any) -> None:
        depth = instance.kind.count("/") - 1
        if parent is not None:
            if not isinstance(parent, Instance) or instance.kind.rsplit("/", 1)[0] != parent.kind:
                found = parent.kind if isinstance(parent, Instance) else kind_of(parent)
                self.report(statement.line, "place", f"{instance.kind} cannot stand under {found}")
            depth = 0
        if isinstance(instance.name, str) and instance.name.count("/") != depth:
            self.report(statement.line, "place", f"the name of {instance.kind} needs {depth + 1} parts or a `parent`")
        bits = instance.document.scopes if instance.document else 31
        if scope is not None and not isinstance(scope, (Instance, Later)):
            self.report(statement.line, "place", f"`scope` takes a resource, not {kind_of(scope)}")
        wanted = "extension" if isinstance(scope, Instance) else self.parsed.scope
        if not bits & SCOPE_BITS.get(wanted, 31) and parent is None:
            self.report(statement.line, "place", f"{instance.kind} is not deployed to a {wanted}")

    # modules

    def module(self, statement: s.Module) -> Any:
        body = statement.body
        if not isinstance(body, s.ObjectNode):
            self.report(statement.line, "syntax", "a module of the subset is neither conditional nor looped")
            return Later(statement.name)
        given = {one.key: one for one in body.properties}
        for key in given.keys() - {"name", "scope", "params", "dependsOn"}:
            self.report(given[key].line, "type", f"a module has no `{key}`")
        scope = self.evaluator.value(given["scope"].value) if "scope" in given else None
        name = self.evaluator.start_value(given["name"].value, "the name of a module") if "name" in given else statement.name
        file = self.project.beside(self.file, statement.path)
        if file is None:
            self.report(statement.line, "symbol", f"there is no file {statement.path}")
            return Later(statement.name)
        params = self.evaluator.value(given["params"].value) if "params" in given else Record()
        group_name = text_of(scope.name) if isinstance(scope, Instance) else self.group_name
        run = Run(self.project, file, {key: handed_on(value) for key, value in params.items()}, group_name, text_of(name))
        if run.parsed.scope == "resourceGroup" and self.parsed.scope != "resourceGroup":
            if not isinstance(scope, Instance) or scope.kind != GROUP:
                self.report(statement.line, "place", "this module needs a resource group as its `scope`")
        self.check_params(statement, run, params)
        self.modules.append(run)
        if "dependsOn" in given:
            self.evaluator.value(given["dependsOn"].value)
        return ModuleRun(run)

    def check_params(self, statement: s.Module, run: "Run", params: Record) -> None:
        declared = {one.name: one for one in run.parsed.statements if isinstance(one, s.Param)}
        for key in params:
            if key not in declared:
                self.report(params.lines[key], "param", f"{run.file} has no parameter `{key}`")
            elif kind_of(params[key]) not in (declared[key].type, "any") and declared[key].type != "any":
                words = f"`{key}` of {run.file} takes {declared[key].type}, not {kind_of(params[key])}"
                self.report(params.lines[key], "param", words)
        for key, param in declared.items():
            if param.default is None and key not in params:
                self.report(statement.line, "param", f"{run.file} needs the parameter `{key}`")


def param_refusals(statement: s.Param, value: Any) -> list[str]:
    """What the decorators and the type of a parameter say against a value."""
    if isinstance(value, Later):
        return []
    if statement.type != "any" and kind_of(value) != statement.type:
        return [f"takes {statement.type}, not {kind_of(value)}"]
    wrong = []
    bounds = {one.name: [item.value for item in one.arguments if isinstance(item, s.Literal)] for one in statement.decorators}
    allowed = statement.decorator("allowed")
    if allowed and value not in [item.value for item in allowed.arguments[0].items]:
        wrong.append(f"is `{text_of(value)}`, which is not allowed")
    size = value if isinstance(value, int) else len(value)
    for name, fails in (("minValue", size.__lt__), ("maxValue", size.__gt__), ("minLength", size.__lt__), ("maxLength", size.__gt__)):
        if name in bounds and fails(bounds[name][0]):
            wrong.append(f"is `{text_of(value)}`, out of its bounds")
    return wrong
