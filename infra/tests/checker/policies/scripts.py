"""How the scripts ask Azure: what fails is heard, and never taken for "not there"."""

import re

from ..project import Project
from .rule import Broken, policy

ASKS = re.compile(r"\b(az|arm|cosmos|documents) [a-z]")
# These ask this machine, not Azure.
LOCAL = re.compile(r"\baz (account show|bicep version)\b")
# look.sh hears what fails, and tells absent from unknown.
HEARS = "infra/look.sh"


def statements(text: str) -> list[tuple[int, str]]:
    """Lines of a script as bash reads them: comments left out, and one that goes on with a backslash joined to the next."""
    found, held, since = [], "", 1
    for number, line in enumerate(text.split("\n"), 1):
        since = since if held else number
        held += line.rstrip("\\") if line.endswith("\\") else line
        if not line.endswith("\\"):
            if not held.lstrip().startswith("#"):
                found.append((since, held))
            held = ""
    return found


@policy("reads-heard")
def reads_heard(project: Project) -> Broken:
    for file, text in project.sources.items():
        if not re.fullmatch(r"infra/[a-z-]+\.sh", file) or file == HEARS:
            continue
        for line, words in statements(text):
            if not ASKS.search(words) or LOCAL.search(words):
                continue
            if re.search(r"2>\s*/dev/null", words):
                project.report(file, line, "reads-heard", "what Azure says when it fails is thrown away: `look_up` tells absent from unknown")
            if re.search(r'\)"\s*\|\|\s*\w+=', words):
                project.report(file, line, "reads-heard", "a read that fails becomes a value: `look_up` tells absent from unknown")
            if "< <(" in words:
                project.report(file, line, "reads-heard", "nobody hears how `< <( )` ends: read it into a variable first")
    return
    yield
