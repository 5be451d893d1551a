"""Names that the program and the Bicep share, read from the sources of both."""

import functools
import json
import math
import re

from .policies.app import settings
from .policies.rule import Broken, policy
from .policies.storage import ACCOUNT, media
from .project import Project
from .values import at, text_of

PORTS = "handlers/domain/src/ports"
SETTINGS = re.compile(r'"((?:[A-Z][A-Z0-9]*_)*[A-Z][A-Z0-9]*)"')
COMPARED = re.compile(r'\.with\("(\w+)"|by_property\(\s*&app,\s*&signed_in,\s*"(\w+)"')
# Set by nobody on Azure: they are for one machine.
OF_ONE_MACHINE = {"DATA_DIR", "OUTBOX_DIR", "STORAGE_PORT", "QUEUE_PORT", "KEEP_FREE_MIB", "CLOCK_OFFSET_SECONDS"}
# Read by the program, set by the platform or by the host itself.
OF_THE_PLATFORM = {"WEBSITE_SITE_NAME", "FUNCTIONS_CUSTOMHANDLER_PORT", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "REGION_NAME"}
# Read by the host, not by the program.
OF_THE_HOST = ("AzureWebJobsStorage__", "APPLICATIONINSIGHTS_", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT")
# Containers that the program does not name: the audit trail's, and the platform's own.
NOT_THE_PROGRAMS = {"audit", "app-package", "event-dead-letters", "azure-webjobs-hosts", "azure-webjobs-secrets"}


NOTIFY = "https://api.notifications.service.gov.uk"


def arms(source: str, function: str) -> dict[str, str]:
    """`Self::X => "name"` of the function."""
    body = source.split(f"fn {function}(self)", 1)[1].split("\n    }\n", 1)[0]
    return dict(re.findall(r'Self::(\w+) => "([^"]+)"', body))


def functions(project: Project) -> set[str]:
    return {path.split("/")[2] for path in project.sources if path.startswith("tests/golden/") and path.endswith("/function.json")}


@functools.cache
def _matches(pattern: re.Pattern, text: str) -> list:
    """What stands in a source, its tests left out. The sources do not change while ours are tried."""
    return pattern.findall(text.split("#[cfg(test)]")[0])


def settings_read(project: Project) -> set[str]:
    """Names of settings as the one reader of the environment has them, its tests left out."""
    sources = [text for path, text in project.sources.items() if re.search(r"functions/src/settings(\.rs|/)", path)]
    names = {name for text in sources for name in _matches(SETTINGS, text)}
    return {name for name in names if "_" in name or name in ("STORES", "DEPLOYMENT", "SCANNING")}


@policy("names-documents")
def names_documents(project: Project) -> Broken:
    source = project.sources[f"{PORTS}/documents.rs"]
    names, partitions = arms(source, "name"), arms(source, "partition_property")
    wanted = {names[variant]: f"/{partitions[variant]}" for variant in names}
    containers = project.of("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers")
    found = {text_of(one.name): one for one in containers}
    for name in sorted(wanted.keys() - found.keys()):
        yield None, "", f"the program keeps documents in `{name}`, which is not deployed"
    for name, one in found.items():
        if name not in wanted:
            yield one, "name", f"the program knows no container `{name}`"
        elif (at(one.body, "properties.resource.partitionKey.paths") or []) != [wanted[name]]:
            yield one, "properties.resource", f"the partition key of `{name}` is {wanted[name]}"
        if one.property("resource.id") != one.name:
            yield one, "properties.resource", "its id is another than its name"
    handed_back = re.search(r"CONTAINERS=\(([a-z ]+)\)", project.sources["infra/teardown.sh"])
    if not handed_back or set(handed_back[1].split()) != set(wanted):
        yield None, "", f"teardown.sh hands back other containers than {', '.join(sorted(wanted))}"
    if not any(one.name == "aftersight" for one in project.of("Microsoft.DocumentDB/databaseAccounts/sqlDatabases")):
        yield None, "", "the database is called `aftersight`"


@policy("names-indexes")
def names_indexes(project: Project) -> Broken:
    """What a query compares has an index, and nothing else has one."""
    asked: set[str] = set()
    for path, text in project.sources.items():
        if path.startswith("handlers/functions/src/"):
            asked |= {first or second for first, second in _matches(COMPARED, text)}
    indexed: set[str] = set()
    for one in project.of("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"):
        rules = one.property("resource.indexingPolicy") or {}
        paths = [entry["path"] for entry in rules.get("includedPaths", [])]
        indexed |= {path.split("/")[2] for path in paths if path.startswith("/body/")}
        if [entry["path"] for entry in rules.get("excludedPaths", [])] != ["/*"]:
            yield one, "properties.resource", "indexes what no query asks for"
    if asked != indexed:
        yield None, "", f"queries compare {', '.join(sorted(asked))}; indexed are {', '.join(sorted(indexed))}"


@policy("names-queues")
def names_queues(project: Project) -> Broken:
    source = project.sources[f"{PORTS}/queues.rs"]
    wanted = set(arms(source, "name").values()) | set(arms(source, "poison").values())
    found = {text_of(one.name): one for one in project.of(f"{ACCOUNT}/queueServices/queues")}
    for name in sorted(wanted - found.keys()):
        yield None, "", f"the program uses the queue `{name}`, which is not deployed"
    for name in sorted(found.keys() - wanted):
        yield found[name], "name", f"the program knows no queue `{name}`"
    endpoint = text_of(settings(project).get("QUEUE_ENDPOINT"))
    if any(one.parent and one.parent.parent and one.parent.parent.id not in endpoint for one in found.values()):
        yield None, "", "QUEUE_ENDPOINT leads to another account than the one with the queues"


@policy("names-blobs")
def names_blobs(project: Project) -> Broken:
    wanted = set(arms(project.sources[f"{PORTS}/blobs.rs"], "name").values())
    found = {text_of(one.name): one for one in project.of(f"{ACCOUNT}/blobServices/containers")}
    for name in sorted(wanted - found.keys()):
        yield None, "", f"the program uses the container `{name}`, which is not deployed"
    for name in sorted(found.keys() - wanted - NOT_THE_PROGRAMS):
        yield found[name], "name", f"the program knows no container `{name}`"
    for name in sorted(wanted & found.keys()):
        if found[name].parent.parent is not media(project):
            yield found[name], "name", "browsers send and read here: it stands in the media account"


@policy("names-settings")
def names_settings(project: Project) -> Broken:
    read = settings_read(project) - OF_ONE_MACHINE - OF_THE_PLATFORM
    ours = {name for name in settings(project) if not name.startswith(OF_THE_HOST)}
    for name in sorted(ours - read):
        yield None, "", f"the setting `{name}` is set, and the program does not read it"
    # Each text provider has settings of its own; an environment sets those of the providers that it uses.
    for name in sorted(read - ours):
        if not name.startswith(("ACS_", "NOTIFY_")):
            yield None, "", f"the program reads the setting `{name}`, which is not set"


@policy("names-providers")
def names_providers(project: Project) -> Broken:
    """Texts go through the providers that the environment names, and through no other (R46)."""
    given = project.runs[0].params
    providers = {"usesAzureTexts": {"ACS_ENDPOINT", "ACS_SENDER"}, "usesGovUkNotify": {"NOTIFY_ORIGIN"}}
    if not any(given.get(uses) for uses in providers):
        yield None, "", f"{project.params_file} names no provider of texts"
    for uses, names in providers.items():
        known = settings(project)
        found = names & known.keys()
        if found and text_of(known.get("NOTIFY_ORIGIN", NOTIFY)) != NOTIFY:
            yield None, "", f"GOV.UK Notify is at {NOTIFY}"
        if found != (names if given.get(uses) else set()):
            yield None, "", f"`{uses}` is {given.get(uses)}, and the app is told {', '.join(sorted(found)) or 'nothing'} of it"


@policy("names-secrets")
def names_secrets(project: Project) -> Broken:
    """The scripts put exactly the secrets that the program asks its vault for."""
    source = project.sources["handlers/azure/src/notify_secret.rs"]
    kinds = set(re.findall(r'of_controller\(controller, "([a-z-]+)"\)', source))
    taken = re.search(r"\^notify-\[A-Za-z0-9-\]\+-\(([a-z|-]+)\)\$", project.sources["infra/put-secret.sh"])
    if 'format!("notify-{controller}-{secret}")' not in source or not taken or set(taken[1].split("|")) != kinds:
        yield None, "", f"put-secret.sh takes other names than notify-{{controller}}-{', '.join(sorted(kinds))}"
    ring = re.search(r'const SECRET: &str = "([^"]+)"', project.sources["handlers/azure/src/keys.rs"])
    for script in ("deploy.sh", "rotate-keys.sh"):
        if not ring or f"put_secret {ring[1]}" not in project.sources[f"infra/{script}"]:
            yield None, "", f"{script} puts another secret than the program's keys are read from"


@policy("names-signatures")
def names_signatures(project: Project) -> Broken:
    """An upload is signed for 15 minutes at most (R50), and the account takes what the program signs, its start set back for clocks that differ."""
    minutes = {}
    for name, path in (("LONGEST_UPLOAD", "signed_urls.rs"), ("SKEW", "delegation_key.rs")):
        found = re.search(rf"const {name}: SignedDuration = SignedDuration::from_mins\((\d+)\)", project.sources[f"handlers/azure/src/{path}"])
        minutes[name] = int(found[1]) if found else 1000
    if minutes["LONGEST_UPLOAD"] > 15:
        yield None, "", f"an upload is signed for {minutes['LONGEST_UPLOAD']} minutes; 15 are the most"
    if project.sources["handlers/azure/src/signed_urls.rs"].count(".start(self.signed_from()?)") != 2:
        yield None, "", "a signature that does not say since when it lives is blocked by the account"
    account = media(project)
    period = re.fullmatch(r"(\d\d)\.(\d\d):(\d\d):\d\d", text_of(account.property("sasPolicy.sasExpirationPeriod")))
    if not period or (int(period[1]) * 24 + int(period[2])) * 60 + int(period[3]) < sum(minutes.values()):
        yield account, "properties.sasPolicy", "blocks what the program signs"


@policy("names-largest")
def names_largest(project: Project) -> Broken:
    """What is larger than the largest picture is not scanned: one link could spend the month's scans of everybody. What is smaller is scanned, or it could not be filed."""
    source = project.sources["handlers/domain/src/upload_state.rs"]
    found = re.search(r"const LARGEST: u64 = ([0-9* ]+);", source)
    largest = math.prod(int(factor) for factor in found[1].split("*")) if found else None
    for one in project.of("Microsoft.Security/defenderForStorageSettings"):
        if largest is None or one.property("malwareScanning.onUpload.filters.excludeBlobsLargerThan") != largest:
            yield one, "properties.malwareScanning", f"the largest picture has {largest} bytes: that much is scanned, and nothing larger"


@policy("names-holds")
def names_holds(project: Project) -> Broken:
    """teardown.sh knows a legal hold when it sees one."""
    prefix = re.search(r'const HOLD: &str = "([^"]+)"', project.sources["handlers/domain/src/record/mod.rs"])
    field = "pub released_at: Option<" in project.sources["handlers/domain/src/record/hold.rs"]
    asks = project.sources["infra/teardown.sh"]
    if not prefix or not field or f"STARTSWITH(c.id, '{prefix[1]}')" not in asks or "NOT IS_DEFINED(c.body.releasedAt)" not in asks:
        yield None, "", "teardown.sh asks for legal holds by other names than the program keeps them under"


@policy("names-watched")
def names_watched(project: Project) -> Broken:
    """Functions and words of log lines in alerts are those of the program."""
    known = functions(project)
    lines = [text for path, text in project.sources.items() if path.startswith("handlers/functions/") and path.endswith(".rs")]
    for one in project.of("Microsoft.Insights/scheduledQueryRules"):
        query = text_of(one.property("criteria.allOf")[0]["query"])
        for name in re.findall(r'\bName == "([^"]+)"', query):
            if name not in known:
                yield one, "", f"`{one.name}` watches `{name}`, which is no function of ours"
        for words in re.findall(r'Message has "([^"]+)"', query):
            if not any(words in text.split("#[cfg(test)]")[0] for text in lines):
                yield one, "", f"`{one.name}` waits for a line that nothing writes: {words}"


@policy("names-answers")
def names_answers(project: Project) -> Broken:
    """An alert on refusals counts the answers that the program gives to a wrong try, as its own description of itself has them."""
    described = {operation.get("operationId", "").replace("_", "-"): set(operation["responses"]) for path in json.loads(project.sources["tests/golden/openapi.json"])["paths"].values() for operation in path.values()}
    for one in project.of("Microsoft.Insights/scheduledQueryRules"):
        for name, codes in re.findall(r'\bName == "([^"]+)" and ResultCode in \(([^)]*)\)', text_of(one.property("criteria.allOf")[0]["query"])):
            wanted = described.get(name, set()) & {"401", "403", "410", "429"}
            if set(re.findall(r'"(\d+)"', codes)) != wanted:
                yield one, "", f"`{one.name}`: {name} refuses with {', '.join(sorted(wanted))}"


@policy("names-schedules")
def names_schedules(project: Project) -> Broken:
    """The night is watched with an hour to spare after its schedule."""
    declared = project.sources.get("tests/golden/expire-records/function.json", "")
    nightly = re.search(r'"schedule": "0 \d+ \d+ \* \* \*"', declared)
    queries = [text_of(one.property("criteria.allOf")[0]["query"]) for one in project.of("Microsoft.Insights/scheduledQueryRules")]
    late = next((query for query in queries if '"expire-records"' in query), "")
    quarterly = re.search(r'"schedule": "0 \*/15 \* \* \* \*"', project.sources.get("tests/golden/reconcile-uploads/function.json", ""))
    if not quarterly:
        yield None, "", "reconcile-uploads does not run four times an hour any more: the alert timers-dead has to follow"
    if not nightly:
        yield None, "", "expire-records does not run once a night any more: the alert erasure-late has to follow"
    elif "ago(25h)" not in late:
        yield None, "", "expire-records runs every 24 hours: erasure-late must look back 25"


@policy("names-link-length")
def names_link_length(project: Project) -> Broken:
    """With this origin a text still fits one segment (R43); the program would refuse to start."""
    source = project.sources["handlers/domain/src/text_message.rs"]
    asks = re.search(r'const ASKS: &str = "([^"]*)"', source)
    no_name = re.search(r'const NO_NAME: &str = "([^"]*)"', source)
    if asks and no_name:
        room = 160 - len(asks[1]) - len(no_name[1])
        origin = text_of(project.outputs.get("publicOrigin"))
        if len(origin) + len("/r#") + 30 > room:
            yield None, "", f"`{origin}` makes links too long for one text"
