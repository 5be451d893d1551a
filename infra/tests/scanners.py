"""The checks of others: Checkov, a second grammar, shellcheck, bats."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from environments import HERE, ROOT, environment

# With fewer resources than these something was not read, whatever the summary says.
FEWEST_RESOURCES = 115
SKIPS = HERE / "checkov-skips.json"


def checkov() -> list[str]:
    """Its exit code says nothing of files that it could not read, so its own report is read instead."""
    command = [environment("checks") / "checkov", "--directory", ROOT / "bicep", "--framework", "bicep"]
    run = subprocess.run([*command, "--skip-download", "--output", "json"], capture_output=True, text=True, check=False)
    try:
        report = json.loads(run.stdout)
    except ValueError:
        return [f"checkov answers no JSON: {run.stderr[-500:]}"]
    summary, results = report["summary"], report["results"]
    wrong = [f"{one['file_path']}: {one['check_id']} {one['check_name']}" for one in results["failed_checks"]]
    if summary["parsing_errors"]:
        wrong.append(f"checkov cannot read {', '.join(results.get('parsing_errors', []))}")
    if summary["resource_count"] < FEWEST_RESOURCES:
        wrong.append(f"checkov saw {summary['resource_count']} resources; there are {FEWEST_RESOURCES} at least")
    wrong += _skips(results["skipped_checks"])
    print(f"{summary['passed']} passed, {summary['failed']} failed, {summary['skipped']} skipped, {summary['resource_count']} resources")
    return wrong


def _skips(skipped: list[dict]) -> list[str]:
    """A skip stands in the list with its reason, or it is no skip."""
    known = json.loads(SKIPS.read_text("utf-8"))
    found = {f"{Path(one['file_path']).name} {one['check_id']}": (one["check_result"].get("suppress_comment") or "").strip() for one in skipped}
    wrong = [f"skipped without being on the list: {name}" for name in sorted(found.keys() - known.keys())]
    wrong += [f"on the list of skips, but not skipped: {name}" for name in sorted(known.keys() - found.keys())]
    wrong += [f"skipped without a reason: {name}" for name, reason in found.items() if len(reason) < 20]
    return wrong


GRAMMAR = """
import sys, tree_sitter, tree_sitter_bicep
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
def wrong(node):
    if node.type == "ERROR" or node.is_missing:
        yield node.start_point[0] + 1
    for child in node.children:
        yield from wrong(child)
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        for line in wrong(parser.parse(file.read()).root_node):
            print(f"{path}:{line}: not Bicep to tree-sitter")
"""


def second_grammar() -> list[str]:
    python = environment("checks") / "python"
    files = sorted((ROOT / "bicep").rglob("*.bicep"))
    run = subprocess.run([python, "-c", GRAMMAR, *files], capture_output=True, text=True, check=False)
    print(f"{len(files)} files")
    return run.stdout.splitlines() + ([run.stderr] if run.returncode else [])


def shellcheck() -> list[str]:
    # SC2310 and SC2312 ask for commands one by one; `set -e` and `inherit_errexit` hold here.
    scripts = sorted((ROOT / "infra").glob("*.sh"))
    wrong = _shellcheck(scripts, "SC2310,SC2312")
    # bats sets variables of its own, and runs each test in a shell of its own.
    tests = [*sorted(HERE.glob("*.bats")), *sorted(HERE.glob("*.bash")), HERE / "stand-ins" / "bicep"]
    wrong += _shellcheck(tests, "SC2310,SC2312,SC2154,SC2030,SC2031")
    print(f"{len(scripts)} scripts, {len(tests)} tests")
    return wrong


def _shellcheck(files: list[Path], excluded: str) -> list[str]:
    command = [environment("checks") / "shellcheck", "--enable=all", f"--exclude={excluded}", "--external-sources"]
    run = subprocess.run([*command, "--source-path=SCRIPTDIR", *files], capture_output=True, text=True, check=False)
    return run.stdout.splitlines() if run.returncode else []


def bats() -> list[str]:
    """Drives the scripts with the real `az` against a fake Azure on this machine, each file of tests beside the others."""
    path = f"{environment('az')}:{environment('checks')}:{os.environ['PATH']}"
    surroundings = os.environ | {"PATH": path, "PYTHON": sys.executable}
    # What `az` loads is compiled once, whatever this shell says.
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    running = [
        (file, subprocess.Popen(["bats", "--timing", file], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        for file in sorted(HERE.glob("*.bats"))
    ]
    wrong = []
    for file, process in running:
        said, _ = process.communicate()
        print(said, end="", flush=True)
        if process.returncode:
            wrong.append(f"{file.name} fails, as it says above")
    return wrong


def compiler() -> list[str] | None:
    """The real compiler and its linter; None where this machine has none. What they only warn of is shown as well."""
    bicep = shutil.which("bicep")
    if bicep is None:
        return None
    wrong = []
    commands = [["build", "bicep/main.bicep", "--stdout"], ["lint", "bicep/main.bicep"]]
    commands += [["build-params", f"infra/{name}.bicepparam", "--stdout"] for name in ("dev", "prod")]
    for command in commands:
        run = subprocess.run([bicep, *command], cwd=ROOT, capture_output=True, text=True, check=False)
        if run.returncode:
            wrong += run.stderr.splitlines() or [f"bicep {command[0]} fails and does not say why"]
        elif run.stderr:
            print(run.stderr.rstrip())
    return wrong
