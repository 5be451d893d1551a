"""Works out expressions in one module, and says where they cannot mean anything."""

from typing import Any, Callable

from . import functions, syntax as s
from .types import ANY, Shape
from .values import Instance, Later, ModuleRun, Outputs, Record, Sequence, is_at_run_time, kind_of, text_of

BUILT_IN = {"id": "string", "name": "string", "type": "string", "apiVersion": "string"}


class Evaluator:
    """Expressions of one module. `lookup` gives what a name stands for; None where nothing has it."""

    def __init__(
        self,
        report: Callable[[int, str, str], None],
        lookup: Callable[[str], Any],
        scope: str,
        group_name: str,
    ) -> None:
        self.report = report
        self.lookup = lookup
        self.scope = scope
        self.group_name = group_name
        self.locals: list[dict[str, Any]] = []

    def value(self, node: s.Node) -> Any:
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def start_value(self, node: s.Node, what: str) -> Any:
        """A value that has to be known before anything is deployed."""
        value = self.value(node)
        if is_at_run_time(value):
            self.report(node.line, "start-value", f"{what} is not known before the deployment starts (BCP120)")
        return value

    def _wrong(self, line: int, words: str, check: str = "expression") -> Later:
        self.report(line, check, words)
        return Later("wrong")

    def _literal(self, node: s.Literal) -> Any:
        return node.value

    def _interpolation(self, node: s.Interpolation) -> Any:
        parts = [part if isinstance(part, str) else self.value(part) for part in node.parts]
        for part in parts:
            if kind_of(part) in ("object", "array", "resource"):
                self._wrong(node.line, f"{_article(kind_of(part))} does not go into a text")
        text = "".join(map(text_of, parts))
        if not any(isinstance(part, Later) for part in parts):
            return text
        known = all(not isinstance(part, Later) or part.known is not None for part in parts)
        is_late = any(map(is_at_run_time, parts))
        return Later(text, functions.STRING, is_late, text if known else None)

    def _arraynode(self, node: s.ArrayNode) -> Any:
        return Sequence([self.value(item) for item in node.items], node.line)

    def _objectnode(self, node: s.ObjectNode) -> Any:
        record = Record(node.line)
        for one in node.properties:
            key = one.key if isinstance(one.key, str) else text_of(self.value(one.key))
            if key in record:
                self.report(one.line, "syntax", f"`{key}` is set twice")
            record[key] = self.value(one.value)
            record.lines[key] = one.line
        return record

    def _name(self, node: s.Name) -> Any:
        for known in reversed(self.locals):
            if node.name in known:
                return known[node.name]
        found = self.lookup(node.name)
        if found is None:
            return self._wrong(node.line, f"nothing is called `{node.name}`", "symbol")
        return found[0]

    def _access(self, node: s.Access) -> Any:
        base = self.value(node.base)
        if isinstance(base, Instance):
            return self._of_resource(node, base)
        if isinstance(base, ModuleRun):
            if node.name == "outputs":
                return Outputs(base.run)
            if node.name == "name":
                return base.run.name
            return self._wrong(node.line, f"a module has no `{node.name}`, it has `outputs`")
        if isinstance(base, Outputs):
            return base.run.output(node.name, node.line, self._wrong)
        if isinstance(base, Record):
            if node.name in base:
                return base[node.name]
            return self._wrong(node.line, f"there is no `{node.name}`, there is {_list(base)}")
        if isinstance(base, Later):
            shape = base.shape.read_property(node.name)
            if shape is None:
                return self._wrong(node.line, f"there is no `{node.name}` in {base.text}")
            return Later(f"{base.text}.{node.name}", shape, base.at_run_time)
        return self._wrong(node.line, f"{_article(kind_of(base))} has no `{node.name}`")

    def _of_resource(self, node: s.Access, base: Instance) -> Any:
        if node.name == "id":
            return base.id
        if node.name == "name":
            return base.name
        if node.name in BUILT_IN:
            return base.kind if node.name == "type" else base.version
        shape = base.document.body.read_property(node.name) if base.document else ANY
        if shape is None:
            return self._wrong(node.line, f"{base.kind} has no `{node.name}`")
        return Later(f"{base.id}#{node.name}", shape, True)

    def _nested(self, node: s.Nested) -> Any:
        base = self.value(node.base)
        if isinstance(base, Instance) and node.name in base.nested:
            return base.nested[node.name]
        return self._wrong(node.line, f"no resource `{node.name}` is nested there", "symbol")

    def _index(self, node: s.Index) -> Any:
        base, index = self.value(node.base), self.value(node.index)
        if isinstance(base, Sequence) and isinstance(index, int):
            if index < len(base):
                return base[index]
            return self._wrong(node.line, f"there are {len(base)} items, none has the number {index}")
        if isinstance(base, Record) and isinstance(index, str):
            return base[index] if index in base else self._wrong(node.line, f"there is no `{index}`")
        if isinstance(base, Later) and base.shape.kind in ("any", "array", "object"):
            return Later(f"{base.text}[{text_of(index)}]", ANY, base.at_run_time)
        if isinstance(base, Sequence):
            return base[0] if base else Later("item")
        return self._wrong(node.line, f"{_article(kind_of(base))} has no items")

    def _call(self, node: s.Call) -> Any:
        arguments = [self.value(argument) for argument in node.arguments]
        if node.name == "resourceGroup" and not arguments:
            if self.scope != "resourceGroup":
                return self._wrong(node.line, f"a {self.scope} has no resource group of its own")
            return functions.resource_group(self.group_name)
        if node.name not in functions.FUNCTIONS:
            check = "no-keys-read" if node.name.startswith("list") else "expression"
            return self._wrong(node.line, f"no function `{node.name}` is in the subset", check)
        fewest, most, shape, _ = functions.FUNCTIONS[node.name]
        if not fewest <= len(arguments) <= most:
            return self._wrong(node.line, f"`{node.name}` does not take {len(arguments)} arguments")
        try:
            return functions.call(node.name, arguments)
        except (TypeError, ValueError, AttributeError, IndexError):
            self._wrong(node.line, f"`{node.name}` cannot take {', '.join(_article(kind_of(one)) for one in arguments)}")
            return Later(f"{node.name}(…)", shape)

    def _unary(self, node: s.Unary) -> Any:
        value = self.value(node.operand)
        if isinstance(value, Later):
            return Later(f"{node.operator}{value.text}", value.shape, value.at_run_time)
        if node.operator == "!" and not isinstance(value, bool):
            return self._wrong(node.line, f"`!` takes a yes or no, not {_article(kind_of(value))}")
        return not value if node.operator == "!" else -value

    def _binary(self, node: s.Binary) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if node.operator == "??":
            return right if left is None else left
        if isinstance(left, Later) or isinstance(right, Later):
            is_late = is_at_run_time(left) or is_at_run_time(right)
            shape = functions.INT if node.operator in "+-*/%" else functions.BOOL
            return Later(f"{text_of(left)} {node.operator} {text_of(right)}", shape, is_late)
        operations: dict[str, Callable[[], Any]] = {
            "||": lambda: left or right, "&&": lambda: left and right,
            "==": lambda: left == right, "!=": lambda: left != right,
            "=~": lambda: left.lower() == right.lower(), "!~": lambda: left.lower() != right.lower(),
            "<": lambda: left < right, ">": lambda: left > right, "<=": lambda: left <= right, ">=": lambda: left >= right,
            "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right,
            "/": lambda: left // right, "%": lambda: left % right,
        }  # fmt: skip
        kinds = (kind_of(left), kind_of(right))
        wants = {"||": "bool", "&&": "bool", "+": "int", "-": "int", "*": "int", "/": "int", "%": "int"}
        if kinds[0] != kinds[1] or wants.get(node.operator, kinds[0]) != kinds[0]:
            return self._wrong(node.line, f"`{node.operator}` does not go between {' and '.join(map(_article, kinds))}")
        return operations[node.operator]()

    def _ternary(self, node: s.Ternary) -> Any:
        condition, yes, no = self.value(node.condition), self.value(node.yes), self.value(node.no)
        if isinstance(condition, Later):
            shape: Shape = yes.shape if isinstance(yes, Later) else Shape(None, "", kind_of(yes))
            return Later(f"{condition.text} ? {text_of(yes)} : {text_of(no)}", shape, condition.at_run_time)
        if not isinstance(condition, bool):
            return self._wrong(node.line, f"{_article(kind_of(condition))} is no condition")
        return yes if condition else no

    def _loop(self, node: s.Loop) -> Any:
        return Sequence([self.value(node.body) for _ in self.each(node)], node.line)

    def each(self, node: s.Loop):
        """Once for every item, with its names set; once with an unknown item where the items are not known."""
        over = self.start_value(node.over, "what a loop runs over")
        if isinstance(over, Later) or not isinstance(over, list):
            if not isinstance(over, Later):
                self._wrong(node.line, f"{_article(kind_of(over))} is nothing to loop over")
            over = [Later("item")]
        for number, item in enumerate(over):
            self.locals.append({node.item: item} | ({node.index: number} if node.index else {}))
            yield item
            self.locals.pop()


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"
