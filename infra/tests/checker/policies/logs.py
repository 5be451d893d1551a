"""Everything that can log does, to the one workspace."""

from ..project import Project
from ..values import Instance, text_of
from .rule import Broken, must_be, policy

ALL = {"allLogs"}
ACCESSES = {"StorageRead", "StorageWrite", "StorageDelete"}
# Type → categories or groups of categories that it must send.
CAN_LOG: dict[str, set[str]] = {
    "Microsoft.Communication/communicationServices": ALL,
    "Microsoft.DocumentDB/databaseAccounts": {"DataPlaneRequests", "ControlPlaneRequests"},
    "Microsoft.EventGrid/systemTopics": ALL,
    "Microsoft.EventGrid/topics": ALL,
    "Microsoft.KeyVault/vaults": {"audit", "allLogs"},
    "Microsoft.Network/networkSecurityGroups": ALL,
    "Microsoft.Network/virtualNetworks": ALL,
    "Microsoft.OperationalInsights/workspaces": {"audit"},
    "Microsoft.Security/defenderForStorageSettings": {"ScanResults"},
    "Microsoft.Storage/storageAccounts/blobServices": ACCESSES,
    "Microsoft.Storage/storageAccounts/fileServices": ACCESSES,
    "Microsoft.Storage/storageAccounts/queueServices": ACCESSES,
    "Microsoft.Storage/storageAccounts/tableServices": ACCESSES,
    "Microsoft.Web/sites": ALL,
}


@policy("logs")
def logs(project: Project) -> Broken:
    settings = project.of("Microsoft.Insights/diagnosticSettings")
    workspaces = {one.id for one in project.of("Microsoft.OperationalInsights/workspaces")}
    for kind, wanted in CAN_LOG.items():
        for one in project.of(kind):
            sent = set()
            for setting in settings:
                # A workspace that is written twice is one, and so are its settings.
                is_of_it = setting.scope is not None and setting.scope.id == one.id
                if is_of_it and text_of(setting.property("workspaceId")) in workspaces:
                    sent |= _enabled(setting)
            for category in sorted(wanted - sent):
                yield one, "", f"does not send its `{category}` to the workspace"
            for category in sorted(sent - wanted):
                yield one, "", f"sends its `{category}`, and nobody has looked whether that holds names or dates of birth"
    for account in project.of("Microsoft.Storage/storageAccounts"):
        for service in ("blobServices", "fileServices", "queueServices", "tableServices"):
            if not project.children(account, service):
                yield account, "", f"its {service} are not declared, so nothing says that they log"


def _enabled(setting: Instance) -> set[str]:
    entries = setting.property("logs") or []
    return {entry.get("category") or entry.get("categoryGroup") for entry in entries if entry.get("enabled") is True}


@policy("addresses-masked")
def addresses_masked(project: Project) -> Broken:
    """Where a patient sits is nobody's business."""
    for one in project.of("Microsoft.Insights/components"):
        yield from must_be(one, "DisableIpMasking", False)


# What the host writes of a request, and the columns that hold its address.
BLANKED = {"Microsoft-Table-AppRequests": ("Url", "Name", "OperationName"), "Microsoft-Table-AppTraces": ("Message", "Properties")}


@policy("link-codes")
def link_codes(project: Project) -> Broken:
    """The code of a rewritten link stands in the path that the host logs: no row keeps it."""
    rules = {one.id: one for one in project.of("Microsoft.Insights/dataCollectionRules")}
    workspaces = project.of("Microsoft.OperationalInsights/workspaces")
    named = {text_of(one.property("defaultDataCollectionRuleResourceId")) for one in workspaces} & set(rules)
    if not named:
        for one in workspaces[:1]:
            yield one, "properties.defaultDataCollectionRuleResourceId", "has no rule that takes the codes of links out"
    for name in sorted(named):
        flows = rules[name].property("dataFlows") or []
        for table, columns in BLANKED.items():
            words = "".join(text_of(flow["transformKql"]) for flow in flows if table in flow["streams"])
            for column in columns:
                if '"%23"' not in words or f" {column} = iff(hasCode" not in words:
                    yield rules[name], "properties.dataFlows", f"leaves the codes of links in `{column}` of {table}"


@policy("log-retention")
def log_retention(project: Project) -> Broken:
    for one in project.of("Microsoft.OperationalInsights/workspaces"):
        days = one.property("retentionInDays")
        if project.environment == "prod" and (not isinstance(days, int) or days < 180):
            yield one, "properties.retentionInDays", "an intrusion is often found months later: 180 days at least"
