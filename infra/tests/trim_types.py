#!/usr/bin/env python3
"""Cuts Microsoft's published types down to what our Bicep touches: infra/tests/types.

    trim_types.py FOLDER    FOLDER has one file a type and version: {"body": …, "$defs": {…}, "scopes": n}

Every property of an object that we reach stays, so that a wrong name is still told from a right one. Objects that no
template of ours reaches are replaced by {"trimmed": true}; who uses one later is told to run this again.
"""

import json
import sys
from pathlib import Path

from checker.project import ENVIRONMENTS, Project, read_sources
from checker.types import FOLDER, Types
from mutations import MISTAKES, PRODUCTION


def trimmed(node: object, kept: set[str]) -> object:
    if isinstance(node, list):
        return [trimmed(one, kept) for one in node]
    if not isinstance(node, dict):
        return node
    reference = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if reference and reference not in kept:
        return {"trimmed": True}
    # Names of properties may be called `description` too; a description of the schema is a text.
    return {key: trimmed(one, kept) for key, one in node.items() if not (key == "description" and isinstance(one, str))}


def main(folder: Path) -> None:
    types = Types(folder)
    sources = read_sources()
    for environment in ENVIRONMENTS:
        # What only some administrators set is read as well.
        for given in {"", *(one.given for one in MISTAKES)}:
            project = Project(sources | {PRODUCTION: sources[PRODUCTION] + given}, environment, types)
            for finding in sorted(project.findings):
                print(finding)
    FOLDER.mkdir(exist_ok=True)
    # A type that FOLDER does not have keeps its copy.
    for old in FOLDER.glob("*.json"):
        if (folder / old.name).is_file():
            old.unlink()
    for kind, document in sorted(types.read.items()):
        if document is None:
            continue
        small = {
            "scopes": document.scopes,
            "body": trimmed(document.json["body"], document.seen),
            "$defs": {name: trimmed(one, document.seen) for name, one in document.json["$defs"].items() if name in document.seen},
        }
        path = FOLDER / f"{kind.replace('/', '_')}.json"
        path.write_text(json.dumps(small, indent=1) + "\n", "utf-8")
    total = sum(path.stat().st_size for path in FOLDER.glob("*.json"))
    print(f"{len(list(FOLDER.glob('*.json')))} types, {total // 1024} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
