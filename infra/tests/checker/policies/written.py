"""How the files are written: what a compiler's linter would say, and what we promise the reader."""

import json

from .. import syntax as s
from ..project import Project
from .rule import Broken, policy

# Written out where they stand: a scanner and a reader see them there, not a parameter.
LITERAL = {
    "allowSharedKeyAccess", "allowBlobPublicAccess", "publicNetworkAccess", "minimumTlsVersion", "minTlsVersion", "disableLocalAuth",
    "DisableLocalAuth", "httpsOnly", "publicAccess", "requireInfrastructureEncryption", "enablePurgeProtection", "defaultAction",
    "enableRbacAuthorization", "keySource", "ftpsState", "supportsHttpsTrafficOnly", "isVersioningEnabled", "dataLocation",
}  # fmt: skip
# In bicepconfig.json these stop a deployment.
RULES = {
    "no-hardcoded-location", "no-loc-expr-outside-params", "explicit-values-for-loc-params", "no-hardcoded-env-urls",
    "outputs-should-not-contain-secrets", "secure-secrets-in-params", "secure-parameter-default", "use-description-params",
    "use-description-outputs", "no-unused-params", "no-unused-vars", "no-unused-existing-resources", "use-recognized-resource-type",
    "use-stable-resource-identifiers", "use-resource-symbol-reference", "use-parent-property", "secure-params-in-nested-deploy",
}  # fmt: skip
HOSTS = ("core.windows.net", "vault.azure.net", "login.microsoftonline.com", "management.azure.com", "database.windows.net")


def bicep_files(project: Project) -> list[tuple[str, s.File]]:
    return [(name, project.parsed(name)) for name in project.sources if name.endswith(".bicep")]


@policy("described")
def described(project: Project) -> Broken:
    for file, parsed in bicep_files(project):
        for one in parsed.statements:
            if isinstance(one, (s.Param, s.Output)) and not one.decorator("description"):
                project.report(file, one.line, "described", f"`{one.name}` has no @description")
    return
    yield


@policy("literals")
def literals(project: Project) -> Broken:
    for file, parsed in bicep_files(project):
        for one in parsed.parts:
            if isinstance(one, s.Property) and isinstance(one.key, str) and one.key in LITERAL and not isinstance(one.value, s.Literal):
                project.report(file, one.line, "literals", f"`{one.key}` must be written out, so that everybody sees it")
    return
    yield


@policy("no-keys-read")
def no_keys_read(project: Project) -> Broken:
    for file, parsed in bicep_files(project):
        for one in parsed.parts:
            if isinstance(one, (s.Call, s.Access)) and one.name.startswith("list"):
                project.report(file, one.line, "no-keys-read", f"`{one.name}` reads a key into a template")
    return
    yield


@policy("no-hardcoded-hosts")
def no_hardcoded_hosts(project: Project) -> Broken:
    for file, parsed in bicep_files(project):
        for one in parsed.parts:
            texts = one.parts if isinstance(one, s.Interpolation) else [one.value] if isinstance(one, s.Literal) else []
            if any(isinstance(text, str) and any(host in text for host in HOSTS) for text in texts):
                project.report(file, one.line, "no-hardcoded-hosts", "take the address from environment()")
    return
    yield


@policy("modules-named")
def modules_named(project: Project) -> Broken:
    """Two deployments of one name at once: one of them is lost."""
    for file, parsed in bicep_files(project):
        names = [entry.value.value for one in parsed.statements if isinstance(one, s.Module) for entry in one.body.properties if entry.key == "name" and isinstance(entry.value, s.Literal)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            project.report(file, 1, "modules-named", f"two modules are deployed as `{name}`")
    return
    yield


@policy("modules-used")
def modules_used(project: Project) -> Broken:
    used = {run.file for run in project.runs}
    for file in project.sources:
        if file.endswith(".bicep") and file not in used:
            project.report(file, 1, "modules-used", "no one deploys this file")
    return
    yield


@policy("linter")
def linter(project: Project) -> Broken:
    rules = json.loads(project.sources["bicep/bicepconfig.json"])["analyzers"]["core"]["rules"]
    for name in sorted(RULES):
        if rules.get(name, {}).get("level") != "error":
            project.report("bicep/bicepconfig.json", 1, "linter", f"`{name}` must be an error")
    return
    yield
