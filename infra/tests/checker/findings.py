"""What a check has to say: where, which check, and what to mend."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend. `check` is the name that infra/README.md and the mutation proof use."""

    file: str
    line: int
    check: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: [{self.check}] {self.words}"


class Refused(Exception):
    """A file cannot be read any further."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line = line
        self.words = words
