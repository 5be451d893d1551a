"""What a person is told of the same day."""

import re

from ..project import Project
from ..values import Instance, text_of
from .rule import Broken, policy

# Name → how it compares, and the count at which somebody is told at the latest.
WATCHED = {
    "poison-queue-not-empty": ("GreaterThan", 0), "event-not-delivered": ("GreaterThan", 0), "erasure-late": ("LessThan", 1), "clock-behind": ("GreaterThan", 0),
    "operator-told": ("GreaterThan", 0), "identity-checks-failing": ("GreaterThan", 30), "server-errors": ("GreaterThan", 5), "upload-not-clean": ("GreaterThan", 0), "key-near-expiry": ("GreaterThan", 0),
}  # fmt: skip
# Columns that our queries use, as the reference of Azure Monitor's tables has them; another is looked up before it is added here.
COLUMNS = {
    "AppRequests": {"TimeGenerated", "Name", "Success", "ResultCode"},
    "AppTraces": {"Message"},
    "AZKVAuditLogs": {"OperationName"},
    "StorageBlobLogs": {"OperationName", "ObjectKey"},
    "StorageMalwareScanningResults": {"ScanResultType"},
    "StorageQueueLogs": {"OperationName", "Uri"},
}
OPERATIONS = {"PutMessage", "PutBlob", "KeyNearExpiryEventGridNotification"}
ACTIVITIES = {"security-changed", "policy-denied", "roles-changed"}


@policy("alerts")
def alerts(project: Project) -> Broken:
    groups = {one.id for one in project.of("Microsoft.Insights/actionGroups") if one.property("enabled") is True and one.property("emailReceivers")}
    if not groups:
        yield None, "", "nobody is told"
    queries = project.of("Microsoft.Insights/scheduledQueryRules")
    for name in sorted(WATCHED.keys() - {text_of(one.name).split("-", 2)[2] for one in queries}):
        yield None, "", f"nothing watches `{name}`"
    for one in queries:
        told = set(one.property("actions.actionGroups") or [])
        if one.property("enabled") is not True or not told & groups:
            yield one, "", f"`{one.name}` tells nobody"
        rule = one.property("criteria.allOf")[0]
        operator, most = WATCHED.get(text_of(one.name).split("-", 2)[2], ("", 0))
        if rule.get("operator") != operator or not isinstance(rule.get("threshold"), int) or rule["threshold"] > most:
            yield one, "", f"`{one.name}` tells somebody at {operator} {most} at the latest"
    changes = project.of("Microsoft.Insights/activityLogAlerts")
    for name in sorted(ACTIVITIES - {text_of(one.name).split("-", 2)[2] for one in changes}):
        yield None, "", f"nothing watches `{name}`"


@policy("alerts-look")
def alerts_look(project: Project) -> Broken:
    """Each looks at the workspace, and the night's alert further back than a night."""
    workspaces = {one.id for one in project.of("Microsoft.OperationalInsights/workspaces")}
    for one in project.of("Microsoft.Insights/scheduledQueryRules"):
        query = text_of(one.property("criteria.allOf")[0]["query"])
        if set(one.property("scopes") or []) != workspaces:
            yield one, "properties.scopes", f"`{one.name}` looks elsewhere than at the workspace"
        if "ago(25h)" in query and one.property("windowSize") != "P2D":
            yield one, "properties.windowSize", f"`{one.name}` asks for 25 hours, and is given less"
        for operation in re.findall(r'OperationName == "(\w+)"', query):
            if operation not in OPERATIONS:
                yield one, "", f"`{one.name}`: no log has the operation `{operation}` that we know of"


@policy("operator-told")
def operator_told(project: Project) -> Broken:
    """Whatever the program writes into the operator's own list is told to a person, each kind by itself."""
    told = project.sources["handlers/functions/src/operator_list.rs"]
    field = re.search(r"error!\((operator\.\w+) = kind\.as_str\(\)", told)
    kinds = re.findall(r'Self::\w+ => "([^"]+)"', project.sources["handlers/domain/src/operator_row.rs"].split("fn as_str(self)")[-1].split("\n    }\n")[0])
    if not field or not kinds:
        yield None, "", "no line of the log names the kind of a row in the operator's list"
        return
    column = f'extend kind = tostring(parse_json(Message)["{field[1]}"])'
    split = {"name": "kind", "operator": "Include", "values": ["*"]}
    for kind in kinds:
        if not any(_tells(one, field[1], kind, column, split) for one in project.of("Microsoft.Insights/scheduledQueryRules")):
            yield None, "", f"nobody is told of `{kind}`"


def _tells(rule: Instance, field: str, kind: str, column: str, split: dict) -> bool:
    """The query finds a line of this kind, whatever else stands in it, and tells it apart from others."""
    one = rule.property("criteria.allOf")[0]
    query = text_of(one["query"])
    wanted = re.findall(r'Message has "([^"]+)"', query)
    line = f'{{"level":"ERROR","message":"","{field}":"{kind}","about":"x"}}'
    return query.startswith("AppTraces |") and bool(wanted) and all(words in line for words in wanted) and column in query and split in (one.get("dimensions") or [])


@policy("query-columns")
def query_columns(project: Project) -> Broken:
    """Azure takes any query here, because no table has a row yet: one that names a wrong column never tells anybody."""
    for one in project.of("Microsoft.Insights/scheduledQueryRules"):
        query = re.sub(r'"[^"]*"', "", text_of(one.property("criteria.allOf")[0]["query"]))
        table, _, rest = query.partition("|")
        for name in re.findall(r"\b[A-Z]\w*", rest):
            if name not in COLUMNS.get(table.strip(), set()):
                yield one, "", f"`{one.name}`: {table.strip()} has no column `{name}` that we know of"


@policy("budget")
def budget(project: Project) -> Broken:
    budgets = project.of("Microsoft.Consumption/budgets")
    if not budgets:
        yield None, "", "there is no budget"
    for one in budgets:
        for name, notice in (one.property("notifications") or {"none": {}}).items():
            if notice.get("enabled") is not True or not notice.get("contactEmails"):
                yield one, "properties.notifications", f"`{name}` tells nobody"
            if not isinstance(notice.get("threshold"), int) or notice["threshold"] > 100:
                yield one, "properties.notifications", f"`{name}` tells when the money is gone"
        start = text_of(one.property("timePeriod.startDate"))
        if not start.endswith("-01"):
            yield one, "properties.timePeriod", f"a budget starts on the first of a month, not on {start}"
