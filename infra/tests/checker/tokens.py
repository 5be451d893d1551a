"""Cuts Bicep text into tokens. Newlines are tokens, because they end statements and separate items."""

import re
from dataclasses import dataclass
from typing import Any

from .findings import Refused

PUNCTUATION = [
    "??", "||", "&&", "==", "!=", "=~", "!~", "<=", ">=", "::", ".?", "[?", "=>", "...",
    "{", "}", "(", ")", "[", "]", ",", ":", "?", ".", "=", "<", ">", "+", "-", "*", "/", "%", "!", "@", "|",
]
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NUMBER = re.compile(r"[0-9]+")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}


@dataclass(frozen=True)
class Token:
    """`kind` is word, number, string, newline, end or the punctuation itself.

    A string's value is a list of its parts: text, or `(source, line)` of an interpolated expression.
    """

    kind: str
    value: Any
    line: int


def tokenize(text: str, line: int = 1) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\n":
            tokens.append(Token("newline", "\n", line))
            line += 1
            at += 1
        elif char in " \t\r":
            at += 1
        elif text.startswith("//", at):
            at = _until(text, "\n", at)
        elif text.startswith("/*", at):
            end = text.find("*/", at)
            if end < 0:
                raise Refused(line, "a comment does not end")
            line += text.count("\n", at, end)
            at = end + 2
        elif text.startswith("'''", at):
            end = text.find("'''", at + 3)
            if end < 0:
                raise Refused(line, "a string does not end")
            tokens.append(Token("string", [text[at + 3 : end]], line))
            line += text.count("\n", at, end)
            at = end + 3
        elif char == "'":
            parts, at = _string(text, at + 1, line)
            tokens.append(Token("string", parts, line))
        elif match := WORD.match(text, at):
            tokens.append(Token("word", match[0], line))
            at = match.end()
        elif match := NUMBER.match(text, at):
            tokens.append(Token("number", int(match[0]), line))
            at = match.end()
        else:
            mark = next((mark for mark in PUNCTUATION if text.startswith(mark, at)), None)
            if mark is None:
                raise Refused(line, f"`{char}` means nothing here")
            tokens.append(Token(mark, mark, line))
            at += len(mark)
    tokens.append(Token("end", "", line))
    return tokens


def _until(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    return len(text) if end < 0 else end


def _string(text: str, at: int, line: int) -> tuple[list[Any], int]:
    parts: list[Any] = []
    plain = ""
    while at < len(text):
        char = text[at]
        if char == "'":
            return ([*parts, plain] if plain or not parts else parts), at + 1
        if char == "\n":
            break
        if char == "\\":
            escaped = text[at + 1 : at + 2]
            if escaped not in ESCAPES:
                raise Refused(line, f"`\\{escaped}` is no escape")
            plain += ESCAPES[escaped]
            at += 2
        elif text.startswith("${", at):
            end = _closing_brace(text, at + 2, line)
            if plain:
                parts.append(plain)
                plain = ""
            parts.append((text[at + 2 : end], line))
            at = end + 1
        else:
            plain += char
            at += 1
    raise Refused(line, "a string does not end")


def _closing_brace(text: str, at: int, line: int) -> int:
    depth = 0
    while at < len(text):
        char = text[at]
        if char == "'":
            _, at = _string(text, at + 1, line)
            continue
        if char == "\n":
            break
        if char == "{":
            depth += 1
        elif char == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    raise Refused(line, "an interpolation does not end")
