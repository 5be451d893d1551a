"""Key Vault: who gets in, what cannot be lost, keys that turn by themselves, no secret in a template."""

from ..functions import TENANT
from ..project import Project
from .rule import Broken, exactly_one, must_be, policy

VAULT = "Microsoft.KeyVault/vaults"


@policy("vault")
def vault(project: Project) -> Broken:
    yield from exactly_one(project, VAULT, "Key Vault")
    for one in project.of(VAULT):
        yield from must_be(one, "enableRbacAuthorization", True)
        yield from must_be(one, "enablePurgeProtection", True)
        yield from must_be(one, "enableSoftDelete", True)
        yield from must_be(one, "softDeleteRetentionInDays", 90)
        yield from must_be(one, "sku.name", "premium")
        yield from must_be(one, "publicNetworkAccess", "Disabled")
        yield from must_be(one, "networkAcls.defaultAction", "Deny")
        if one.property("tenantId") != TENANT:
            yield one, "properties.tenantId", "belongs to another tenant"
        # Storage and Cosmos DB reach their keys as trusted services.
        yield from must_be(one, "networkAcls.bypass", "AzureServices")


@policy("key-rotation")
def key_rotation(project: Project) -> Broken:
    if len(project.of(f"{VAULT}/keys")) != 3:
        yield None, "", "each of the three stores has a key of its own"
    for one in project.of(f"{VAULT}/keys"):
        yield from must_be(one, "kty", "RSA-HSM")
        if set(one.property("keyOps") or []) != {"wrapKey", "unwrapKey"}:
            yield one, "properties.keyOps", "a store wraps and unwraps with it, and nobody does anything else"
        if {"timeAfterCreate": "P1Y"} not in [action.get("trigger") for action in one.property("rotationPolicy.lifetimeActions") or []]:
            yield one, "properties.rotationPolicy", "turns once a year (R59)"
        if not one.property("rotationPolicy.attributes.expiryTime"):
            yield one, "properties.rotationPolicy", "the key never ends"
        actions = one.property("rotationPolicy.lifetimeActions") or []
        done = {action["action"]["type"] for action in actions if action.get("trigger")}
        for wanted in {"rotate", "notify"} - done:
            yield one, "properties.rotationPolicy", f"nothing makes Azure {wanted}"


@policy("no-secret-in-template")
def no_secret_in_template(project: Project) -> Broken:
    for one in project.of(f"{VAULT}/secrets"):
        yield one, "", "a template keeps its secrets in the history of deployments; deploy.sh puts them in"
