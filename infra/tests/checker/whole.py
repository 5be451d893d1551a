"""Everything that our own checker knows, over both environments."""

from . import names, policies
from .findings import Finding
from .project import ENVIRONMENTS, Project
from .types import Types

assert names  # its policies are declared by being imported


def check(sources: dict[str, str], types: Types) -> tuple[list[Project], list[Finding]]:
    projects, findings = [], set()
    for environment in ENVIRONMENTS:
        project = Project(sources, environment, types)
        # What cannot be read cannot be judged: policies over half a deployment would only add noise.
        if not any(finding.check == "syntax" for finding in project.findings):
            policies.run_policies(project)
        projects.append(project)
        findings |= project.findings
    return projects, sorted(findings)
