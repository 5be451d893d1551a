"""Storage accounts: keys, anonymous access, transport, encryption, copies, and which of them phones reach."""

import re

from ..project import Project
from ..values import Instance, Later, at, text_of
from .rule import Broken, must_be, policy

ACCOUNT = "Microsoft.Storage/storageAccounts"


def media(project: Project) -> Instance | None:
    return account_of(project, "incoming")


def private(project: Project) -> Instance | None:
    return account_of(project, "audit")


def account_of(project: Project, container: str) -> Instance | None:
    """The account that holds the container."""
    for one in project.of(f"{ACCOUNT}/blobServices/containers"):
        if one.name == container and one.parent and one.parent.parent:
            return one.parent.parent
    return None


@policy("two-accounts")
def two_accounts(project: Project) -> Broken:
    if len(project.of(ACCOUNT)) != 2 or not media(project) or not private(project) or media(project) is private(project):
        yield None, "", "there must be two storage accounts: one with `incoming`, one with `audit`"


@policy("storage-keys")
def storage_keys(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "allowSharedKeyAccess", False)
        yield from must_be(one, "defaultToOAuthAuthentication", True)
        yield from must_be(one, "isLocalUserEnabled", False)
        yield from must_be(one, "isSftpEnabled", False)


@policy("anonymous-access")
def anonymous_access(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "allowBlobPublicAccess", False)
    for one in project.of(f"{ACCOUNT}/blobServices/containers"):
        yield from must_be(one, "publicAccess", "None")


@policy("copies-elsewhere")
def copies_elsewhere(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "allowCrossTenantReplication", False)
        yield from must_be(one, "allowedCopyScope", "AAD", "PrivateLink")
        if at(one.body, "sku.name") not in ("Standard_GZRS", "Standard_RAGZRS"):
            yield one, "sku", "must be kept in three zones and in the paired UK region (GZRS)"


@policy("storage-transport")
def storage_transport(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "supportsHttpsTrafficOnly", True)
        yield from must_be(one, "minimumTlsVersion", "TLS1_2", "TLS1_3")


@policy("storage-encryption")
def storage_encryption(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "encryption.keySource", "Microsoft.Keyvault")
        yield from must_be(one, "encryption.requireInfrastructureEncryption", True)
        for service in ("blob", "file", "queue", "table"):
            yield from must_be(one, f"encryption.services.{service}.enabled", True)
            yield from must_be(one, f"encryption.services.{service}.keyType", "Account")
        key = one.property("encryption.keyvaultproperties") or {}
        if not key.get("keyname") or not key.get("keyvaulturi"):
            yield one, "properties.encryption", "names no key of ours"
        wanted = "media-storage" if one is media(project) else "private-storage"
        if key.get("keyname") and text_of(key["keyname"]) != wanted:
            yield one, "properties.encryption", f"its own key is `{wanted}`: one that is taken away closes one store only"
        if "keyversion" in key:
            yield one, "properties.encryption.keyvaultproperties.keyversion", "a fixed version is never rotated"
        if not one.property("encryption.identity.userAssignedIdentity"):
            yield one, "properties.encryption", "has no identity to reach its key by"


@policy("signatures")
def signatures(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "sasPolicy.expirationAction", "Block")
        yield from must_be(one, "sasPolicy.sasExpirationPeriod", "00.00:30:00")


@policy("recovery")
def recovery(project: Project) -> Broken:
    for one in project.of(f"{ACCOUNT}/blobServices"):
        yield from must_be(one, "isVersioningEnabled", True)
        for which in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
            yield from must_be(one, f"{which}.enabled", True)
            days = one.property(f"{which}.days")
            if not isinstance(days, int) or not 7 <= days <= 30:
                yield one, f"properties.{which}", f"`{which}.days` must be 7 to 30: enough to notice, short enough to promise"


@policy("nothing-goes-by-age")
def nothing_goes_by_age(project: Project) -> Broken:
    """What is kept goes by a decision; only older versions, and letters that nobody could deliver, go by their age."""
    for one in project.of(f"{ACCOUNT}/managementPolicies"):
        for rule in one.property("policy.rules"):
            touched = at(rule, "definition.filters.prefixMatch") or []
            if "baseBlob" in at(rule, "definition.actions") and touched != ["event-dead-letters"]:
                yield one, "properties.policy", f"`{rule.get('name')}` deletes by age what has to be decided"
            if one.parent is private(project) and (not touched or any("audit".startswith(text_of(prefix)) or text_of(prefix).startswith("audit") for prefix in touched)):
                yield one, "properties.policy", f"`{rule.get('name')}` reaches the audit trail"


@policy("always-at-hand")
def always_at_hand(project: Project) -> Broken:
    """A clinic opens a picture of years ago at once, and a thumbnail is read a hundred times."""
    for one in project.of(ACCOUNT):
        yield from must_be(one, "accessTier", "Hot")
    for one in project.of(f"{ACCOUNT}/managementPolicies"):
        for rule in one.property("policy.rules"):
            actions = at(rule, "definition.actions") or {}
            if any(word.startswith(("tierTo", "enableAutoTier")) for action in actions.values() for word in action):
                yield one, "properties.policy", f"`{rule.get('name')}` moves what is kept out of reach"


@policy("change-feed")
def change_feed(project: Project) -> Broken:
    """Who changed what in the account of the audit trail (R57)."""
    for one in project.of(f"{ACCOUNT}/blobServices"):
        if one.parent is private(project):
            yield from must_be(one, "changeFeed.enabled", True)


@policy("erasure-for-good")
def erasure_for_good(project: Project) -> Broken:
    for one in project.of(f"{ACCOUNT}/blobServices"):
        if one.parent is media(project):
            yield from must_be(one, "deleteRetentionPolicy.allowPermanentDelete", True)


@policy("audit-unchangeable")
def audit_unchangeable(project: Project) -> Broken:
    policies = project.of(f"{ACCOUNT}/blobServices/containers/immutabilityPolicies")
    ours = [one for one in policies if one.parent and one.parent.name == "audit"]
    if not ours:
        yield private(project), "", "the container `audit` has no immutability policy"
    for one in ours:
        yield from must_be(one, "allowProtectedAppendWrites", True)
        days = one.property("immutabilityPeriodSinceCreationInDays")
        if project.environment == "prod" and (not isinstance(days, int) or days < 2922):
            yield one, "properties", "production keeps its audit trail for the eight years of a record: 2922 days"


@policy("phones-reach-one-account")
def phones_reach_one_account(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        if one is media(project):
            yield from must_be(one, "publicNetworkAccess", "Enabled")
            yield from must_be(one, "networkAcls.defaultAction", "Allow")
        else:
            yield from must_be(one, "publicNetworkAccess", "Disabled")
            yield from must_be(one, "networkAcls.defaultAction", "Deny")


@policy("cors-exact")
def cors_exact(project: Project) -> Broken:
    origin = text_of(project.outputs.get("publicOrigin"))
    for one in project.of(f"{ACCOUNT}/blobServices"):
        rules = one.property("cors.corsRules") or []
        if one.parent is not media(project) and rules:
            yield one, "properties.cors", "no browser comes here"
        if one.parent is media(project) and len(rules) != 1:
            yield one, "properties.cors", "phones send from the pages: one rule, one origin"
        for rule in rules:
            if [text_of(item) for item in rule["allowedOrigins"]] != [origin]:
                yield one, "properties.cors", f"the one origin is that of the pages, {origin}"
            if "*" in rule["allowedHeaders"] or set(rule["allowedMethods"]) - {"GET", "HEAD", "PUT", "OPTIONS"}:
                yield one, "properties.cors", "takes more than a page needs"
            sent = set(re.findall(r'"(x-ms-[a-z-]+)"', "".join(text for name, text in project.sources.items() if name.startswith("web/src/patient/upload/"))))
            if not sent or not sent | {"content-type"} <= set(rule["allowedHeaders"]) or "PUT" not in rule["allowedMethods"] or "GET" not in rule["allowedMethods"]:
                yield one, "properties.cors", f"pages send by PUT with {', '.join(sorted(sent))} and read by GET: a browser would refuse them"


@policy("storage-names")
def storage_names(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        name = one.name
        if isinstance(name, Later) or not (3 <= len(name) <= 24 and name.isalnum() and name == name.lower()):
            yield one, "name", f"`{name}`: 3 to 24 small letters and digits, nothing else"
