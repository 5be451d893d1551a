"""Events: delivered by identity, kept where they cannot be, and only those that mean something."""

from ..project import Project
from ..values import Instance, Later, at, text_of
from .rule import Broken, must_be, policy
from .storage import ACCOUNT, media

TEXTS = "Microsoft.Communication/communicationServices"
SUBSCRIPTIONS = ["Microsoft.EventGrid/systemTopics/eventSubscriptions", "Microsoft.EventGrid/topics/eventSubscriptions"]


@policy("event-delivery")
def event_delivery(project: Project) -> Broken:
    queues = {(one.parent.parent.id, one.name) for one in project.of(f"{ACCOUNT}/queueServices/queues")}
    containers = {(one.parent.parent.id, one.name) for one in project.of(f"{ACCOUNT}/blobServices/containers")}
    for kind in SUBSCRIPTIONS:
        if not project.of(kind):
            yield None, "", f"there is no {kind}"
        for one in project.of(kind):
            yield from must_be(one, "deliveryWithResourceIdentity.identity.type", "SystemAssigned")
            yield from must_be(one, "eventDeliverySchema", "CloudEventSchemaV1_0")
            to = one.property("deliveryWithResourceIdentity.destination.properties") or {}
            if (to.get("resourceId"), to.get("queueName")) not in queues:
                yield one, "properties.deliveryWithResourceIdentity", f"there is no queue `{to.get('queueName')}`"
            lives = to.get("queueMessageTimeToLiveInSeconds")
            if not isinstance(lives, int) or not 86_400 <= lives <= 604_800:
                yield one, "properties.deliveryWithResourceIdentity", "a message waits a day at the least where the app stands still, and a week at the most"
            # An hour of a store that does not answer, or of an app that is published anew, is tried again, and then some.
            tries, minutes = one.property("retryPolicy.maxDeliveryAttempts"), one.property("retryPolicy.eventTimeToLiveInMinutes")
            if not isinstance(tries, int) or tries < 10 or not isinstance(minutes, int) or minutes < 360:
                yield one, "properties.retryPolicy", "Event Grid tries ten times and six hours at the least"
            if _is_of_texts(project, one):
                if one.property("deadLetterWithResourceIdentity") is not None:
                    yield one, "properties", "a report names the number: no copy of it may lie where erasure does not look"
                continue
            yield from must_be(one, "deliveryWithResourceIdentity.destination.properties.queueName", "uploads")
            yield from must_be(one, "deadLetterWithResourceIdentity.identity.type", "SystemAssigned")
            dead = one.property("deadLetterWithResourceIdentity.deadLetterDestination.properties") or {}
            if (dead.get("resourceId"), dead.get("blobContainerName")) not in containers:
                yield one, "properties.deadLetterWithResourceIdentity", f"there is no container `{dead.get('blobContainerName')}`"


@policy("event-filter")
def event_filter(project: Project) -> Broken:
    for one in project.of(SUBSCRIPTIONS[0]):
        if _is_of_texts(project, one):
            if one.property("filter.includedEventTypes") != ["Microsoft.Communication.SMSDeliveryReportReceived"]:
                yield one, "properties.filter", "only `Microsoft.Communication.SMSDeliveryReportReceived` says what became of a text"
            yield from must_be(one, "deliveryWithResourceIdentity.destination.properties.queueName", "sms")
            continue
        if one.property("filter.includedEventTypes") != ["Microsoft.Storage.BlobCreated"]:
            yield one, "properties.filter", "only `Microsoft.Storage.BlobCreated` means that a picture arrived"
        yield from must_be(one, "filter.subjectBeginsWith", "/blobServices/default/containers/incoming/")
        rules = [(rule.get("key"), sorted(rule.get("values", []))) for rule in one.property("filter.advancedFilters") or []]
        if rules != [("data.api", ["PutBlob", "PutBlockList"])]:
            yield one, "properties.filter", "a blob is whole after PutBlob or PutBlockList, and only then"
    for one in project.of(SUBSCRIPTIONS[1]):
        if one.property("filter.includedEventTypes") != ["Microsoft.Security.MalwareScanningResult"]:
            yield one, "properties.filter", "only `Microsoft.Security.MalwareScanningResult` is a verdict"


@policy("topics-closed")
def topics_closed(project: Project) -> Broken:
    for one in project.of("Microsoft.EventGrid/topics"):
        yield from must_be(one, "publicNetworkAccess", "Disabled")
        yield from must_be(one, "minimumTlsVersionAllowed", "1.2")
        yield from must_be(one, "dataResidencyBoundary", "WithinRegion")
    for one in project.of("Microsoft.EventGrid/systemTopics"):
        account = media(project)
        heard = {text.id for text in project.of(TEXTS)} | ({account.id} if account else set())
        if one.property("source") not in heard:
            yield one, "properties.source", "listens to something else than the account that phones send to, and texts"


@policy("reports-in-the-uk")
def reports_in_the_uk(project: Project) -> Broken:
    """Event Grid keeps what a global topic carries in any of Microsoft's data centres (R150)."""
    for one in project.of("Microsoft.EventGrid/systemTopics"):
        if project.environment == "prod" and one.body.get("location") == "global":
            yield one, "location", "a report names a patient's number, and production keeps those in the UK"


@policy("scanning")
def scanning(project: Project) -> Broken:
    account = media(project)
    ours = [one for one in project.of("Microsoft.Security/defenderForStorageSettings") if one.scope and account and one.scope.id == account.id]
    if not ours:
        yield None, "", "nothing scans what phones send"
    topics = {one.id for one in project.of("Microsoft.EventGrid/topics")}
    for one in ours:
        yield from must_be(one, "isEnabled", True)
        yield from must_be(one, "overrideSubscriptionLevelSettings", True)
        yield from must_be(one, "malwareScanning.onUpload.isEnabled", True)
        yield from must_be(one, "malwareScanning.blobScanResultsOptions", "blobIndexTags")
        filters = one.property("malwareScanning.onUpload.filters") or {}
        if set(filters) - {"excludeBlobsWithPrefix", "excludeBlobsLargerThan"} or set(filters.get("excludeBlobsWithPrefix", [])) - {"records/"}:
            yield one, "properties.malwareScanning", "leaves out more than our own copies in `records`"
        cap = one.property("malwareScanning.onUpload.capGBPerMonth")
        least = 100 if project.environment == "prod" else 10
        if isinstance(cap, Later) or not isinstance(cap, int) or not least <= cap <= 10_000:
            yield one, "properties.malwareScanning", f"scans {least} to 10,000 GB a month: less files no photo any more on some day of it, more is a bill without an end"
        if at(one.body, "properties.malwareScanning.scanResultsEventGridTopicResourceId") not in topics:
            yield one, "properties.malwareScanning", f"{text_of(None)}: its verdict goes to no topic of ours".removeprefix("None: ")


def _is_of_texts(project: Project, subscription: Instance) -> bool:
    topic = project.by_id(subscription.parent.id) if subscription.parent else None
    return topic is not None and any(topic.property("source") == one.id for one in project.of(TEXTS))
