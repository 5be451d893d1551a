"""What a person is told of the same day."""

import json
import re

from ..project import Project
from ..values import Instance, text_of
from .rule import Broken, policy

# Name → how it compares, and the count at which somebody is told at the latest.
WATCHED = {
    "poison-queue-not-empty": ("GreaterThan", 0), "event-not-delivered": ("GreaterThan", 0), "erasure-late": ("GreaterThan", 0), "timers-dead": ("GreaterThan", 0),
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
# A query that a missing table does not break: the table, and what is asked of it.
FUZZY = re.compile(r"union isfuzzy=true \(datatable\(TimeGenerated: datetime\) \[\]\), \((\w+) \| (.+)\)", re.DOTALL)
# Alerts on what does not happen: the run, how long it may be missing, and how old the app is at the least by then.
MISSING = {"erasure-late": ("expire-records", "25h", "25h"), "timers-dead": ("reconcile-uploads", "1h", "2h")}
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
        if "min(TimeGenerated)" in query and one.property("windowSize") != "P2D":
            yield one, "properties.windowSize", f"`{one.name}` asks for two days, and is given less"
        for operation in re.findall(r'OperationName == "(\w+)"', query):
            if operation not in OPERATIONS:
                yield one, "", f"`{one.name}`: no log has the operation `{operation}` that we know of"


@policy("alerts-fire")
def alerts_fire(project: Project) -> Broken:
    """Each can fire at all, stays fired, and is quiet while there is nothing to tell."""
    for one in project.of("Microsoft.Insights/scheduledQueryRules"):
        name, query = text_of(one.name).split("-", 2)[2], text_of(one.property("criteria.allOf")[0]["query"])
        if not FUZZY.fullmatch(query):
            yield one, "", f"`{one.name}` is switched off by Azure after a week in which its table has no row: `union isfuzzy=true (datatable(TimeGenerated: datetime) []), (TABLE | …)`"
        if name in MISSING:
            run, gap, age = MISSING[name]
            wanted = (f'countif(Name == "{run}" and Success == true and TimeGenerated > ago({gap}))', f"since < ago({age})", "since = min(TimeGenerated)", " == 0")
            if not all(words in query for words in wanted):
                yield one, "", f"`{one.name}` tells of a missing `{run}` once the app is {age} old, and none came for {gap}"
            if one.property("autoMitigate") is not False:
                yield one, "properties.autoMitigate", f"`{one.name}` is over by itself once the app has said nothing for two days"
    if "countif" not in "".join(text_of(one.property("criteria.allOf")[0]["query"]) for one in project.of("Microsoft.Insights/scheduledQueryRules")):
        yield None, "", "nothing tells of a run that did not come"


@policy("counted-whole")
def counted_whole(project: Project) -> Broken:
    """What alerts count is not sampled on its way: neither by the host nor by Application Insights."""
    host = json.loads(project.sources["host.json"])
    sampling = host.get("logging", {}).get("applicationInsights", {}).get("samplingSettings", {})
    if sampling.get("isEnabled", True) is not False and not {"Request", "Trace"} <= set(sampling.get("excludedTypes", "").split(";")):
        project.report("host.json", 1, "counted-whole", "the host samples requests and lines of the log, which alerts count")
    for one in project.of("Microsoft.Insights/components"):
        if one.property("SamplingPercentage") not in (None, 100):
            yield one, "properties.SamplingPercentage", "keeps a part of what alerts count"


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
    fuzzy = FUZZY.fullmatch(query)
    return fuzzy is not None and fuzzy[1] == "AppTraces" and bool(wanted) and all(words in line for words in wanted) and column in query and split in (one.get("dimensions") or [])


@policy("query-columns")
def query_columns(project: Project) -> Broken:
    """Azure takes any query here, because no table has a row yet: one that names a wrong column never tells anybody."""
    for one in project.of("Microsoft.Insights/scheduledQueryRules"):
        fuzzy = FUZZY.fullmatch(text_of(one.property("criteria.allOf")[0]["query"]))
        if fuzzy is None:
            continue
        table, rest = fuzzy[1], re.sub(r'"[^"]*"', "", fuzzy[2])
        for name in re.findall(r"\b[A-Z]\w*", rest):
            if name not in COLUMNS.get(table, set()):
                yield one, "", f"`{one.name}`: {table} has no column `{name}` that we know of"


@policy("budget")
def budget(project: Project) -> Broken:
    budgets = project.of("Microsoft.Consumption/budgets")
    if not budgets:
        yield None, "", "there is no budget"
    for one in budgets:
        # What stands and is not used costs up to this (infra/README.md): below it somebody is told every month, and soon nobody listens.
        if not isinstance(one.property("amount"), int) or one.property("amount") < 100:
            yield one, "properties.amount", "lies below what an environment costs that nobody uses"
        for name, notice in (one.property("notifications") or {"none": {}}).items():
            if notice.get("enabled") is not True or not notice.get("contactEmails"):
                yield one, "properties.notifications", f"`{name}` tells nobody"
            if not isinstance(notice.get("threshold"), int) or notice["threshold"] > 100:
                yield one, "properties.notifications", f"`{name}` tells when the money is gone"
        start = text_of(one.property("timePeriod.startDate"))
        if not start.endswith("-01"):
            yield one, "properties.timePeriod", f"a budget starts on the first of a month, not on {start}"
