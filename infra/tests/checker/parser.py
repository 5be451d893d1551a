"""Reads tokens into the parts of a file. What the subset does not have is refused, by line."""

import functools

from . import syntax as s
from .findings import Refused
from .tokens import Token, tokenize

BINARY = [["??"], ["||"], ["&&"], ["==", "!=", "=~", "!~"], ["<", ">", "<=", ">="], ["+", "-"], ["*", "/", "%"]]
KEYWORDS = {"true": True, "false": False, "null": None}


@functools.cache
def parse(text: str) -> s.File:
    """The parts are never changed, so that the same text need not be read again."""
    return _Parser(tokenize(text)).file()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self, kind: str | None = None, value: object = None) -> Token:
        token = self.peek()
        if (kind and token.kind != kind) or (value is not None and token.value != value):
            raise Refused(token.line, f"expected {value or kind}, found `{_shown(token)}`")
        self.at += 1
        return token

    def takes(self, kind: str, value: object = None) -> bool:
        token = self.peek()
        if token.kind == kind and (value is None or token.value == value):
            self.at += 1
            return True
        return False

    def newlines(self) -> None:
        while self.takes("newline"):
            pass

    def end_of_line(self) -> None:
        if self.peek().kind not in ("newline", "end"):
            raise Refused(self.peek().line, f"`{_shown(self.peek())}` is more than one statement")

    # statements

    def file(self) -> s.File:
        scope, using, statements = "resourceGroup", None, []
        self.newlines()
        while self.peek().kind != "end":
            word = self.peek()
            if word.kind == "word" and word.value == "targetScope":
                self.take()
                self.take("=")
                scope = self.plain_string()
            elif word.kind == "word" and word.value == "using":
                self.take()
                using = self.plain_string()
            else:
                statements.append(self.statement())
            self.end_of_line()
            self.newlines()
        return s.File(scope, using, statements)

    def statement(self) -> s.Statement:
        decorators = []
        while self.takes("@"):
            name = self.take("word")
            self.take("(")
            decorators.append(s.Decorator(name.line, name.value, self.items(")")))
            self.newlines()
        word = self.take("word")
        if word.value not in ("param", "var", "output", "resource", "module"):
            raise Refused(word.line, f"`{word.value}` begins no statement of the subset")
        name = self.take("word").value
        if word.value == "param":
            kind = "any" if self.peek().kind == "=" else self.take("word").value
            default = self.expression() if self.takes("=") else None
            return s.Param(word.line, name, decorators, kind, default)
        if word.value == "var":
            self.take("=")
            return s.Var(word.line, name, decorators, self.expression())
        if word.value == "output":
            kind = self.take("word").value
            self.take("=")
            return s.Output(word.line, name, decorators, kind, self.expression())
        return self.declaration(word, name, decorators)

    def declaration(self, word: Token, name: str, decorators: list) -> s.Statement:
        kind = self.plain_string()
        existing = self.takes("word", "existing")
        self.take("=")
        body = self.declared()
        if word.value == "module":
            return s.Module(word.line, name, decorators, kind, body)
        return s.Resource(word.line, name, decorators, kind, existing, body)

    def declared(self) -> s.Node:
        """An object, `if (…) {…}`, or a loop over either."""
        token = self.peek()
        if token.kind == "word" and token.value == "if":
            self.take()
            self.take("(")
            condition = self.expression()
            self.take(")")
            return s.When(token.line, condition, self.object())
        if token.kind == "[":
            return self.array()
        return self.object()

    # expressions

    def expression(self) -> s.Node:
        condition = self.binary(0)
        if self.peek().kind != "?":
            return condition
        self.take()
        yes = self.expression()
        self.take(":")
        return s.Ternary(condition.line, condition, yes, self.expression())

    def binary(self, level: int) -> s.Node:
        if level == len(BINARY):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek().kind in BINARY[level]:
            operator = self.take()
            left = s.Binary(operator.line, operator.kind, left, self.binary(level + 1))
        return left

    def unary(self) -> s.Node:
        token = self.peek()
        if token.kind in ("!", "-"):
            self.take()
            return s.Unary(token.line, token.kind, self.unary())
        return self.postfix(self.primary())

    def postfix(self, base: s.Node) -> s.Node:
        while True:
            token = self.peek()
            if token.kind in (".", ".?"):
                self.take()
                name = self.take("word").value
                if self.peek().kind == "(":
                    raise Refused(token.line, f"`.{name}()`: functions of a namespace are not in the subset")
                base = s.Access(token.line, base, name, token.kind == ".?")
            elif token.kind == "::":
                self.take()
                base = s.Nested(token.line, base, self.take("word").value)
            elif token.kind == "[":
                self.take()
                base = s.Index(token.line, base, self.expression())
                self.take("]")
            else:
                return base

    def primary(self) -> s.Node:
        token = self.peek()
        if token.kind == "string":
            self.take()
            return self.string(token)
        if token.kind == "number":
            return s.Literal(token.line, self.take().value)
        if token.kind == "{":
            return self.object()
        if token.kind == "[":
            return self.array()
        if self.takes("("):
            inner = self.expression()
            self.take(")")
            return inner
        name = self.take("word")
        if name.value in KEYWORDS:
            return s.Literal(name.line, KEYWORDS[name.value])
        if self.takes("("):
            return s.Call(name.line, name.value, self.items(")"))
        return s.Name(name.line, name.value)

    def string(self, token: Token) -> s.Node:
        if all(isinstance(part, str) for part in token.value):
            return s.Literal(token.line, "".join(token.value))
        parts = []
        for part in token.value:
            if isinstance(part, str):
                parts.append(part)
            else:
                inner = _Parser(tokenize(*part))
                parts.append(inner.expression())
                inner.take("end")
        return s.Interpolation(token.line, parts)

    def plain_string(self) -> str:
        token = self.take("string")
        if not all(isinstance(part, str) for part in token.value):
            raise Refused(token.line, "this text takes no interpolation")
        return "".join(token.value)

    def items(self, closing: str) -> list:
        """Items up to the closing mark: commas or newlines between them."""
        found = []
        self.newlines()
        while not self.takes(closing):
            found.append(self.expression())
            had_comma = self.takes(",")
            had_newline = self.peek().kind == "newline"
            self.newlines()
            if not had_comma and not had_newline and self.peek().kind != closing:
                raise Refused(self.peek().line, f"expected `,` or `{closing}`, found `{_shown(self.peek())}`")
        return found

    def array(self) -> s.Node:
        opening = self.take("[")
        ahead = self.peek()
        if not (ahead.kind == "word" and ahead.value == "for"):
            return s.ArrayNode(opening.line, self.items("]"))
        self.take()
        index = None
        if self.takes("("):
            item = self.take("word").value
            self.take(",")
            index = self.take("word").value
            self.take(")")
        else:
            item = self.take("word").value
        self.take("word", "in")
        over = self.expression()
        self.take(":")
        is_declared = self.peek().kind == "word" and self.peek().value == "if"
        body = self.declared() if is_declared else self.expression()
        self.newlines()
        self.take("]")
        return s.Loop(opening.line, item, index, over, body)

    def object(self) -> s.ObjectNode:
        opening = self.take("{")
        properties, nested = [], []
        self.newlines()
        while not self.takes("}"):
            token = self.peek()
            if token.kind == "word" and token.value == "resource" and self.peek(1).kind == "word":
                self.take()
                nested.append(self.declaration(token, self.take("word").value, []))
            else:
                properties.append(self.property())
            had_comma = self.takes(",")
            had_newline = self.peek().kind == "newline"
            self.newlines()
            if not had_comma and not had_newline and self.peek().kind != "}":
                raise Refused(self.peek().line, f"expected `,` or `}}`, found `{_shown(self.peek())}`")
        return s.ObjectNode(opening.line, properties, nested)

    def property(self) -> s.Property:
        token = self.take()
        if token.kind == "word":
            key: object = token.value
        elif token.kind == "string":
            written = self.string(token)
            key = written.value if isinstance(written, s.Literal) else written
        else:
            raise Refused(token.line, f"`{_shown(token)}` is no name of a property")
        self.take(":")
        return s.Property(key, self.expression(), token.line)


def _shown(token: Token) -> str:
    return {"newline": "the end of the line", "end": "the end"}.get(token.kind, str(token.value))
