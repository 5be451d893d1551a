"""What a person is told of the same day."""

from ..project import Project
from ..values import text_of
from .rule import Broken, policy

WATCHED = {
    "poison-queue-not-empty", "event-not-delivered", "erasure-late", "clock-behind", "identity-checks-failing",
    "server-errors", "upload-not-clean", "key-near-expiry",
}  # fmt: skip
ACTIVITIES = {"security-changed", "policy-denied", "roles-changed"}


@policy("alerts")
def alerts(project: Project) -> Broken:
    groups = {one.id for one in project.of("Microsoft.Insights/actionGroups") if one.property("enabled") is True and one.property("emailReceivers")}
    if not groups:
        yield None, "", "nobody is told"
    queries = project.of("Microsoft.Insights/scheduledQueryRules")
    for name in sorted(WATCHED - {text_of(one.name).split("-", 2)[2] for one in queries}):
        yield None, "", f"nothing watches `{name}`"
    for one in queries:
        told = set(one.property("actions.actionGroups") or [])
        if one.property("enabled") is not True or not told & groups:
            yield one, "", f"`{one.name}` tells nobody"
    changes = project.of("Microsoft.Insights/activityLogAlerts")
    for name in sorted(ACTIVITIES - {text_of(one.name).split("-", 2)[2] for one in changes}):
        yield None, "", f"nothing watches `{name}`"


@policy("budget")
def budget(project: Project) -> Broken:
    budgets = project.of("Microsoft.Consumption/budgets")
    if not budgets:
        yield None, "", "there is no budget"
    for one in budgets:
        for name, notice in (one.property("notifications") or {"none": {}}).items():
            if notice.get("enabled") is not True or not notice.get("contactEmails"):
                yield one, "properties.notifications", f"`{name}` tells nobody"
        start = text_of(one.property("timePeriod.startDate"))
        if not start.endswith("-01"):
            yield one, "properties.timePeriod", f"a budget starts on the first of a month, not on {start}"
