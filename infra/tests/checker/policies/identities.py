"""Who may do what: a closed list of roles, small scopes, and no way in by a key."""

from .. import syntax as s
from ..project import Project
from ..roles import BUILT_IN, assignments
from ..values import Later, text_of
from .rule import Broken, must_be, policy

ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
FOR_GOOD = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/permanentDelete/action"


@policy("roles-known")
def roles_known(project: Project) -> Broken:
    own = {text_of(one.name) for one in project.of("Microsoft.Authorization/roleDefinitions")}
    for one in project.of(ASSIGNMENT):
        role = text_of(one.property("roleDefinitionId")).rsplit("/", 1)[-1]
        if role not in BUILT_IN and role not in own:
            yield one, "properties.roleDefinitionId", f"the role {role} is on no list: add it to checker/roles.py with its reason"
        yield from must_be(one, "principalType", "ServicePrincipal")


@policy("roles-scoped")
def roles_scoped(project: Project) -> Broken:
    for one in project.of(ASSIGNMENT):
        if one.scope is None or one.scope.kind == "Microsoft.Resources/resourceGroups":
            yield one, "", "a role stops at the resource that it is for"
    for one in project.of("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"):
        if "/dbs/" not in text_of(one.property("scope")):
            yield one, "properties.scope", "the role stops at the database"


@policy("roles-named")
def roles_named(project: Project) -> Broken:
    """guid(scope, principal, role): the same assignment has the same name whenever it is deployed."""
    for one in project.of(ASSIGNMENT):
        node = one.name_node
        principal = one.property("principalId")
        role = text_of(one.property("roleDefinitionId")).rsplit("/", 1)[-1]
        is_guid = isinstance(node, s.Call) and node.name == "guid" and len(node.arguments) == 3
        expected = project_guid(one.scope.id, principal, role) if one.scope else None
        if not is_guid or one.name != expected:
            yield one, "name", "must be guid(scope, principal, role) of this very assignment"


def project_guid(*parts: object) -> str:
    from ..functions import call

    return call("guid", list(parts))


@policy("roles-complete")
def roles_complete(project: Project) -> Broken:
    """Every role that the program and the topics cannot work without."""
    held = {(one.identity, one.role, one.scope) for one in assignments(project)}
    wanted = [
        ("app", "Storage Blob Data Owner", "private storage"),
        ("app", "Storage Queue Data Contributor", "private storage"),
        ("app", "Storage Blob Data Contributor", "media storage: incoming"),
        ("app", "Storage Blob Data Contributor", "media storage: records"),
        ("app", "Storage Blob Delegator", "media storage"),
        ("app", "reads scan verdicts", "media storage: incoming"),
        ("app", "Cosmos DB Built-in Data Contributor", "Cosmos DB: database aftersight"),
        ("app", "Key Vault Secrets User", "Key Vault"),
        ("app", "Monitoring Metrics Publisher", "Application Insights"),
        ("erasure", "erases blobs for good", "media storage: incoming"),
        ("erasure", "erases blobs for good", "media storage: records"),
        ("encryption", "Key Vault Crypto Service Encryption User", "Key Vault: key private-storage"),
        ("encryption", "Key Vault Crypto Service Encryption User", "Key Vault: key media-storage"),
        ("encryption", "Key Vault Crypto Service Encryption User", "Key Vault: key documents"),
        ("arrivals topic", "Storage Queue Data Message Sender", "private storage: queue uploads"),
        ("verdicts topic", "Storage Queue Data Message Sender", "private storage: queue uploads"),
        ("arrivals topic", "Storage Blob Data Contributor", "private storage: event-dead-letters"),
        ("verdicts topic", "Storage Blob Data Contributor", "private storage: event-dead-letters"),
    ]
    if project.of("Microsoft.Communication/communicationServices"):
        wanted.append(("app", "Communication and Email Service Owner", "Communication Services"))
    if any(one.body.get("location") == "global" for one in project.of("Microsoft.EventGrid/systemTopics")):
        wanted.append(("reports topic", "Storage Queue Data Message Sender", "private storage: queue sms"))
    for one in wanted:
        if one not in held:
            yield None, "", f"missing role: {one[0]} as {one[1]} on {one[2]}"
    for one in held - set(wanted):
        yield None, "", f"a role that nothing needs: {one[0]} as {one[1]} on {one[2]}"


@policy("audit-not-the-apps")
def audit_not_the_apps(project: Project) -> Broken:
    """The host's role reaches the whole account: a condition takes the audit trail out of it."""
    for one in project.of(ASSIGNMENT):
        if text_of(one.property("roleDefinitionId")).endswith("b7e6dc6d-f1e8-4753-8033-0f276bb0955b"):
            words = text_of(one.property("condition"))
            if "StringNotEquals 'audit'" not in words or "blobs/delete'" not in words:
                yield one, "properties.condition", "the owner's role must not remove from `audit`"
            yield from must_be(one, "conditionVersion", "2.0")


@policy("own-roles-small")
def own_roles_small(project: Project) -> Broken:
    for one in project.of("Microsoft.Authorization/roleDefinitions"):
        if any("/resourceGroups/" not in text_of(scope) for scope in one.property("assignableScopes")):
            yield one, "properties.assignableScopes", "can be given outside this group"
        for permission in one.property("permissions"):
            allowed = [*permission.get("actions", []), *permission.get("dataActions", [])]
            if any("*" in action for action in allowed):
                yield one, "properties.permissions", "a star allows what nobody has read"
            if permission.get("actions"):
                yield one, "properties.permissions", "needs data actions only"
            if FOR_GOOD in allowed and any(action.endswith(("/write", "/add/action")) for action in allowed):
                yield one, "properties.permissions", "what erases for good must not write"


@policy("identities-apart")
def identities_apart(project: Project) -> Broken:
    names = {text_of(one.name).rsplit("-", 1)[1] for one in project.of("Microsoft.ManagedIdentity/userAssignedIdentities")}
    if names != {"app", "erasure", "encryption"}:
        yield None, "", f"three identities: app, erasure, encryption; not {', '.join(sorted(names))}"
    for kind in ("Microsoft.Storage/storageAccounts", "Microsoft.DocumentDB/databaseAccounts"):
        for one in project.of(kind):
            used = list((one.body.get("identity") or {}).get("userAssignedIdentities") or {})
            if len(used) != 1 or "id-" not in used[0] or not used[0].endswith("-encryption"):
                yield one, "identity", "reaches its key as the encryption identity and as nobody else"


@policy("local-auth")
def local_auth(project: Project) -> Broken:
    """Every way in by a shared key or a password is shut (storage and Cosmos DB have policies of their own)."""
    for one in project.of("Microsoft.EventGrid/topics") + project.of("Microsoft.Communication/communicationServices"):
        yield from must_be(one, "disableLocalAuth", True)
    for one in project.of("Microsoft.OperationalInsights/workspaces"):
        yield from must_be(one, "features.disableLocalAuth", True)
    for one in project.of("Microsoft.Insights/components"):
        yield from must_be(one, "DisableLocalAuth", True)
    for site in project.of("Microsoft.Web/sites"):
        shut = project.children(site, "basicPublishingCredentialsPolicies")
        if {one.name for one in shut if one.property("allow") is False} != {"ftp", "scm"}:
            yield site, "", "publishing by password must be shut for both `ftp` and `scm`"


@policy("outputs-hold-no-secret")
def outputs_hold_no_secret(project: Project) -> Broken:
    for run in project.runs:
        for name in run.outputs:
            value = run.values.get(f"output {name}")
            words = f"{name} {value.text if isinstance(value, Later) else value}".lower()
            if any(word in words for word in ("primarykey", "secondarykey", "password", "accountkey", "listkeys")):
                project.report(run.file, run.outputs[name].line, "outputs-hold-no-secret", f"output `{name}` gives a secret away")
    return
    yield
