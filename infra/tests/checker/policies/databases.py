"""Cosmos DB: local keys, encryption, backups that erasure can wait for."""

from ..project import Project
from ..values import text_of
from .rule import Broken, exactly_one, must_be, policy

ACCOUNT = "Microsoft.DocumentDB/databaseAccounts"


@policy("one-database")
def one_database(project: Project) -> Broken:
    yield from exactly_one(project, ACCOUNT, "Cosmos DB account")


@policy("database-zones")
def database_zones(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        if any(place.get("isZoneRedundant") is not True for place in one.property("locations")):
            yield one, "properties.locations", "stands in one zone"
        if one.property("capabilities") != [{"name": "EnableServerless"}]:
            yield one, "properties.capabilities", "is not serverless: its cost and its limits are others than the README says"


@policy("database-keys")
def database_keys(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "disableLocalAuth", True)
        yield from must_be(one, "disableKeyBasedMetadataWriteAccess", True)


@policy("database-reads")
def database_reads(project: Project) -> Broken:
    """What one instance has written the next one finds: a client may ask for less than the account gives, never for more."""
    for one in project.of(ACCOUNT):
        yield from must_be(one, "consistencyPolicy.defaultConsistencyLevel", "Session", "BoundedStaleness", "Strong")
        yield from must_be(one, "enableMultipleWriteLocations", False)
    for one in project.of(f"{ACCOUNT}/sqlDatabases/containers"):
        # Without an index no query of ours finds anything; a partition key of version 1 looks at the first 100 bytes only.
        yield from must_be(one, "resource.indexingPolicy.indexingMode", "consistent")
        yield from must_be(one, "resource.indexingPolicy.automatic", True)
        yield from must_be(one, "resource.partitionKey.kind", "Hash")
        yield from must_be(one, "resource.partitionKey.version", 2)


@policy("database-transport")
def database_transport(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "minimalTlsVersion", "Tls12")


@policy("database-encryption")
def database_encryption(project: Project) -> Broken:
    keys = {text_of(key.name) for key in project.of("Microsoft.KeyVault/vaults/keys")}
    for one in project.of(ACCOUNT):
        uri = text_of(one.property("keyVaultKeyUri"))
        if "/" not in uri or "keys/" not in uri or uri.rsplit("keys/", 1)[1] not in keys & {"documents"}:
            yield one, "properties.keyVaultKeyUri", "must be the key `documents`, without a version"
        if not text_of(one.property("defaultIdentity")).startswith("UserAssignedIdentity="):
            yield one, "properties.defaultIdentity", "has no identity to reach its key by"


@policy("database-backups")
def database_backups(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "backupPolicy.type", "Continuous")
        # Longer than seven days is longer than the promise in docs/retention.md.
        yield from must_be(one, "backupPolicy.continuousModeProperties.tier", "Continuous7Days")


@policy("database-closed")
def database_closed(project: Project) -> Broken:
    for one in project.of(ACCOUNT):
        yield from must_be(one, "publicNetworkAccess", "Disabled")
        yield from must_be(one, "networkAclBypass", "None")
        yield from must_be(one, "enableAnalyticalStorage", False)


@policy("no-time-to-live")
def no_time_to_live(project: Project) -> Broken:
    for one in project.of(f"{ACCOUNT}/sqlDatabases/containers"):
        if one.property("resource.defaultTtl") is not None:
            yield one, "properties.resource", "a document goes by a decision that leaves a tombstone, never by its age"
