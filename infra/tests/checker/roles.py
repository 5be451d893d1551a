"""The table identity × role × scope, from the Bicep."""

from dataclasses import dataclass
from typing import Any

from .values import Instance, text_of

# Azure's own roles that we use; any other is refused until somebody writes it down here.
BUILT_IN = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "db58b8e5-c6ad-4a2a-8342-4190687cbf4a": "Storage Blob Delegator",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a": "Storage Queue Data Message Sender",
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "09976791-48a7-449e-bb21-39d1a415f350": "Communication and Email Service Owner",
}
COSMOS = {"00000000-0000-0000-0000-000000000002": "Cosmos DB Built-in Data Contributor"}
PLACES = {
    "Microsoft.KeyVault/vaults": "Key Vault",
    "Microsoft.Insights/components": "Application Insights",
    "Microsoft.Communication/communicationServices": "Communication Services",
}


@dataclass(frozen=True, order=True)
class Assignment:
    identity: str
    role: str
    scope: str
    why: str = ""
    condition: str = ""


def assignments(project: Any) -> list[Assignment]:
    found = []
    own = {text_of(one.name): text_of(one.property("roleName")) for one in project.of("Microsoft.Authorization/roleDefinitions")}
    for one in project.of("Microsoft.Authorization/roleAssignments"):
        role = text_of(one.property("roleDefinitionId")).rsplit("/", 1)[-1]
        name = BUILT_IN.get(role) or own.get(role, role).removeprefix("Aftersight: ").split(" (")[0]
        condition = "not to delete from `audit`" if one.property("condition") else ""
        why = text_of(one.property("description") or "")
        found.append(Assignment(_identity(one.property("principalId")), name, _scope(project, one.scope), why, condition))
    for one in project.of("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"):
        role = text_of(one.property("roleDefinitionId")).rsplit("/", 1)[-1]
        database = text_of(one.property("scope")).rsplit("/dbs/", 1)[-1]
        where = f"Cosmos DB: database {database}" if "/dbs/" in text_of(one.property("scope")) else "Cosmos DB"
        found.append(Assignment(_identity(one.property("principalId")), COSMOS.get(role, role), where, "The app reads and writes records"))
    return sorted(found)


def table(projects: list[Any]) -> list[str]:
    """The rows for the README; what only one environment has is marked."""
    rows: dict[Assignment, set[str]] = {}
    for project in projects:
        for one in assignments(project):
            rows.setdefault(one, set()).add(project.environment)
    lines = ["| identity | role | scope | why |", "|---|---|---|---|"]
    for one, where in sorted(rows.items()):
        only = "" if len(where) == len(projects) else " (where texts go through Azure)"
        if one.identity == "reports topic":
            only = " (where `textReportsMayLeaveUk`)"
        role = one.role + (f", {one.condition}" if one.condition else "")
        lines.append(f"| {one.identity} | {role} | {one.scope}{only} | {one.why} |")
    return lines


def _identity(principal: Any) -> str:
    resource = text_of(principal).split("#")[0].rsplit("/", 1)[-1]
    kind = text_of(principal).split("#")[0].rsplit("/", 2)[-2] if "/" in text_of(principal) else ""
    last = resource.rsplit("-", 1)[-1]
    if kind == "systemTopics":
        return f"{last} topic"
    if kind == "topics":
        return f"{resource.split('-')[-2]} topic"
    return last


def _scope(project: Any, scope: Instance | None) -> str:
    if scope is None:
        return "the resource group"
    if scope.kind in PLACES:
        return PLACES[scope.kind]
    account = scope.id.split("/storageAccounts/")[-1].split("/")[0]
    store = "private storage" if "private" in account else "media storage"
    names = {
        "Microsoft.Storage/storageAccounts": store,
        "Microsoft.Storage/storageAccounts/blobServices/containers": f"{store}: {scope.name}",
        "Microsoft.Storage/storageAccounts/queueServices/queues": f"{store}: queue {scope.name}",
        "Microsoft.KeyVault/vaults/keys": f"Key Vault: key {scope.name}",
    }
    return names.get(scope.kind, scope.id)
