"""What is told to whom: settings and outputs that lead to the right one of two likes, and what waits for what."""

import re

from .. import syntax as s
from ..project import MAIN, Project
from ..values import text_of
from .app import settings
from .rule import Broken, policy
from .storage import media, private

# A setting's value ends so; `media` and `private` stand for the accounts.
TOLD = {
    "AzureWebJobsStorage__blobServiceUri": "private#properties.primaryEndpoints.blob",
    "AzureWebJobsStorage__queueServiceUri": "private#properties.primaryEndpoints.queue",
    "AzureWebJobsStorage__clientId": "-app#properties.clientId",
    "AZURE_CLIENT_ID": "-app#properties.clientId",
    "ERASURE_CLIENT_ID": "-erasure#properties.clientId",
    "BLOB_ENDPOINT": "media#properties.primaryEndpoints.blob",
    "QUEUE_ENDPOINT": "private#properties.primaryEndpoints.queue",
    "COSMOS_ENDPOINT": "#properties.documentEndpoint",
    "KEY_VAULT_ENDPOINT": "#properties.vaultUri",
}
OUTPUTS = {
    "privateAccountName": "private", "mediaAccountName": "media", "mediaEndpoint": "media#properties.primaryEndpoints.blob",
    "cosmosEndpoint": "#properties.documentEndpoint", "vaultUri": "#properties.vaultUri", "databaseName": "aftersight",
}  # fmt: skip
NAMES = {
    "vaultName": "Microsoft.KeyVault/vaults", "cosmosAccountName": "Microsoft.DocumentDB/databaseAccounts", "functionAppName": "Microsoft.Web/sites",
    "workspaceName": "Microsoft.OperationalInsights/workspaces", "resourceGroupName": "Microsoft.Resources/resourceGroups",
}  # fmt: skip
# Modules that Azure tries at once, and what has to stand by then.
AFTER = {"events": ["roles"], "function": ["roles"], "cosmos": ["privateStorage", "mediaStorage"]}


def _wanted(project: Project, ending: str) -> str:
    for word, account in (("media", media(project)), ("private", private(project))):
        if account is not None and ending.startswith(word):
            return text_of(account.name) + ending.removeprefix(word)
    return ending


@policy("settings-lead")
def settings_lead(project: Project) -> Broken:
    known = settings(project)
    for name, ending in TOLD.items():
        if name in known and not text_of(known[name]).endswith(_wanted(project, ending)):
            yield None, "", f"`{name}` leads to {text_of(known[name]).rsplit('/', 1)[-1]}"
    if f"{_wanted(project, 'media')}#properties.primaryEndpoints.blob" not in text_of(known.get("STORAGE_ORIGIN")):
        yield None, "", "`STORAGE_ORIGIN` leads to another account than the one that phones send to"


@policy("outputs-lead")
def outputs_lead(project: Project) -> Broken:
    for name, ending in OUTPUTS.items():
        if not text_of(project.outputs.get(name)).endswith(_wanted(project, ending)):
            yield None, "", f"the output `{name}` leads to {text_of(project.outputs.get(name)).rsplit('/', 1)[-1]}"
    for name, kind in NAMES.items():
        if project.outputs.get(name) is None or text_of(project.outputs[name]) not in {text_of(one.name) for one in project.of(kind)}:
            yield None, "", f"the output `{name}` is no name of a {kind}"
    for file, text in project.sources.items():
        for name in re.findall(r"\$\(output (\w+)\)", text) if file.endswith(".sh") else []:
            if name not in project.outputs:
                project.report(file, 1, "outputs-lead", f"asks for the output `{name}`, which is none of {MAIN}")


@policy("roles-first")
def roles_first(project: Project) -> Broken:
    for one in project.parsed(MAIN).statements:
        if isinstance(one, s.Module) and one.name in AFTER:
            waits = [item.name for entry in one.body.properties if entry.key == "dependsOn" for item in entry.value.items]
            for name in sorted(set(AFTER[one.name]) - set(waits)):
                project.report(MAIN, one.line, "roles-first", f"`{one.name}` must wait for `{name}`")
    return
    yield
