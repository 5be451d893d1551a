"""UK regions, UK data, and no kind of resource that nobody has thought about."""

from ..project import Project
from ..values import Instance, at, text_of
from .logs import CAN_LOG
from .rule import Broken, must_be, policy

UK = {"uksouth", "ukwest"}
# Without a region of their own; what they hold is names, rules and addresses of our own staff.
GLOBAL = {
    "Microsoft.Communication/communicationServices", "Microsoft.Insights/actionGroups", "Microsoft.Insights/activityLogAlerts",
    "Microsoft.Network/privateDnsZones", "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
}  # fmt: skip
# Where personal data may lie (R41), and whom it may reach (R40): storage, texts. Anything else has to be argued for here.
STORES = {
    "Microsoft.Communication/communicationServices", "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases", "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers",
    "Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/keys",
    "Microsoft.OperationalInsights/workspaces", "Microsoft.Insights/components", "Microsoft.Storage/storageAccounts",
    "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/blobServices/containers",
    "Microsoft.Storage/storageAccounts/fileServices", "Microsoft.Storage/storageAccounts/queueServices",
    "Microsoft.Storage/storageAccounts/queueServices/queues", "Microsoft.Storage/storageAccounts/tableServices",
}  # fmt: skip
AROUND = {
    "Microsoft.Authorization/policyAssignments", "Microsoft.Authorization/roleAssignments", "Microsoft.Authorization/roleDefinitions",
    "Microsoft.Consumption/budgets", "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments", "Microsoft.EventGrid/systemTopics",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions", "Microsoft.EventGrid/topics", "Microsoft.EventGrid/topics/eventSubscriptions",
    "Microsoft.Insights/actionGroups", "Microsoft.Insights/activityLogAlerts", "Microsoft.Insights/dataCollectionRules",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Insights/scheduledQueryRules", "Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/privateDnsZones", "Microsoft.Network/privateDnsZones/virtualNetworkLinks", "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "Microsoft.Network/virtualNetworks", "Microsoft.Resources/resourceGroups",
    "Microsoft.Security/defenderForStorageSettings", "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
    "Microsoft.Storage/storageAccounts/managementPolicies", "Microsoft.Web/serverfarms", "Microsoft.Web/sites",
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
}  # fmt: skip


@policy("regions")
def regions(project: Project) -> Broken:
    for one in project.deployed():
        place = one.body.get("location")
        if _is_of_texts(project, one):
            continue
        if place is not None and place not in UK and not (place == "global" and one.kind in GLOBAL):
            yield one, "location", f"stands in {place}"
    for one in project.of("Microsoft.DocumentDB/databaseAccounts"):
        for replica in one.property("locations"):
            if replica.get("locationName") not in UK:
                yield one, "properties.locations", f"has a replica in {replica.get('locationName')}"


def _is_of_texts(project: Project, one: Instance) -> bool:
    """Azure has no other place for the topic of texts; `reports-in-the-uk` keeps it out of production."""
    texts = {text.id for text in project.of("Microsoft.Communication/communicationServices")}
    return one.kind == "Microsoft.EventGrid/systemTopics" and one.property("source") in texts and one.body.get("location") == "global"


@policy("uk-data")
def uk_data(project: Project) -> Broken:
    """`dataLocation` is any text to the type; only this one keeps texts in the UK (R150)."""
    for one in project.of("Microsoft.Communication/communicationServices"):
        yield from must_be(one, "dataLocation", "UK")


@policy("regions-by-policy")
def regions_by_policy(project: Project) -> Broken:
    assigned = {text_of(one.property("policyDefinitionId")).rsplit("/", 1)[1]: one for one in project.of("Microsoft.Authorization/policyAssignments")}
    for identifier, what in (("e56962a6-4747-49cd-b67b-bf8b01975c4c", "resources"), ("0473574d-2d43-4217-aefe-941fcdf7e684", "Cosmos DB")):
        one = assigned.get(identifier)
        if one is None:
            yield None, "", f"no policy keeps {what} in UK regions"
            continue
        allowed = at(one.body, "properties.parameters.listOfAllowedLocations.value") or []
        if set(allowed) != UK or one.property("enforcementMode") != "Default":
            yield one, "properties.parameters", f"must be enforced for {' and '.join(sorted(UK))}"
    for identifier, what in (
        ("8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54", "shared keys"), ("4fa4b6c0-31ca-4c0d-b10d-24b96f62a751", "anonymous blobs"),
        ("92a89a79-6c52-4a7e-a03f-61306fc49312", "copies to other tenants"), ("5450f5bd-9c72-4390-a9c4-a7aba4edfdd2", "keys of Cosmos DB"),
    ):  # fmt: skip
        one = assigned.get(identifier)
        if one is None or at(one.body, "properties.parameters.effect.value") != "Deny":
            yield one, "properties.parameters", f"no policy refuses {what}"


@policy("known-kinds")
def known_kinds(project: Project) -> Broken:
    for one in project.deployed():
        if one.kind not in STORES | AROUND:
            yield one, "", f"{one.kind}: whether it can hold personal data, and log, has to be decided in checker/policies"
    for kind in CAN_LOG.keys() - STORES - AROUND:
        yield None, "", f"{kind} can log but is no kind of ours"


@policy("tags")
def tags(project: Project) -> Broken:
    for one in project.deployed():
        has_tags = one.document is not None and "tags" in one.document.body.node().get("properties", {})
        is_child = one.parent is not None and one.kind.split("/")[0] != "Microsoft.Network"
        if has_tags and not is_child and not {"service", "environment", "data-class"} <= set(one.body.get("tags") or {}):
            yield one, "tags", "must carry the tags of the service"
