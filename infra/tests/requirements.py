"""The tables of infra/README.md held against the Bicep: roles as they are, and requirements that fail where they say.

A row of requirements reads `| R7 | file: \\`line\\`; \\`line\\` | check, check |`. Each line is taken out in turn, and one of the
checks named has to fail.
"""

import re

from checker import roles
from checker.project import Project
from checker.types import Types
from checker.whole import check

README = "infra/README.md"
WANTED = {
    "R7", "R40", "R41", "R46", "R49", "R50", "R56", "R57", "R58", "R59", "R147", "R148", "R149", "R150",
}  # fmt: skip
ROW = re.compile(r"^\| (R\d+) \| (.+?) \| ([a-z0-9, -]+) \|$")


def table_of_roles(sources: dict[str, str], projects: list[Project]) -> list[str]:
    """What the README says otherwise than the Bicep; `infra/tests/run roles` prints the right table."""
    lines = sources[README].splitlines()
    wanted = roles.table(projects)
    start = next((number for number, line in enumerate(lines) if line == wanted[0]), None)
    found = []
    if start is not None:
        for line in lines[start:]:
            if not line.startswith("|"):
                break
            found.append(line)
    return [] if found == wanted else [f"{README}: the table of roles differs; `infra/tests/run roles` prints it as it is"]


def prove_rows(sources: dict[str, str]) -> list[str]:
    wrong, seen, types, tried = [], set(), Types(), 0
    for line in sources[README].splitlines():
        row = ROW.match(line)
        if not row:
            continue
        requirement, places, checks = row[1], row[2], set(row[3].split(", "))
        seen.add(requirement)
        for place in places.split("<br>"):
            file, _, lines = place.partition(": ")
            file = file.strip("` ")
            for wanted in re.findall(r"`([^`]+)`", lines):
                tried += 1
                words = _fails_without(sources, types, file, wanted, checks)
                if words:
                    wrong.append(f"{README}, {requirement}, {file}, `{wanted}`: {words}")
    for requirement in sorted(WANTED - seen):
        wrong.append(f"{README}: no row for {requirement}")
    print(f"{len(seen)} requirements, {tried} lines taken out one by one")
    return wrong


def _fails_without(sources: dict[str, str], types: Types, file: str, wanted: str, checks: set[str]) -> str:
    path = next((name for name in (f"bicep/{file}", f"bicep/modules/{file}", f"infra/{file}") if name in sources), None)
    if path is None:
        return "there is no such file"
    kept = [line for line in sources[path].split("\n") if wanted not in line]
    if len(kept) == len(sources[path].split("\n")):
        return "the file does not say so"
    _, findings = check(sources | {path: "\n".join(kept)}, types)
    failed = {finding.check for finding in findings}
    if not failed & checks:
        return f"without it {', '.join(sorted(failed)) or 'nothing'} fails, and none of {', '.join(sorted(checks))}"
    return ""
