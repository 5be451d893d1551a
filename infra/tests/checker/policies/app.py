"""The Function App: transport, runtime, how it is published, what it must not be told."""

import re

from ..project import Project
from ..values import at, text_of
from .rule import Broken, exactly_one, must_be, policy
from .storage import account_of

SITE = "Microsoft.Web/sites"
# Flex Consumption refuses these, or takes them and behaves otherwise.
NOT_ON_FLEX = {
    "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_CONTENTSHARE",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_TIME_ZONE", "TZ", "ENABLE_ORYX_BUILD", "SCM_DO_BUILD_DURING_DEPLOYMENT",
}  # fmt: skip
# Resource Manager refuses a site on Flex Consumption that has one of these (error 51021), whatever their type allows.
REFUSED_ON_FLEX = {
    "alwaysOn", "ftpsState", "functionAppScaleLimit", "functionsRuntimeScaleMonitoringEnabled", "javaContainer", "javaContainerVersion", "javaVersion", "linuxFxVersion",
    "minimumElasticInstanceCount", "netFrameworkVersion", "nodeVersion", "phpVersion", "powerShellVersion", "preWarmedInstanceCount", "pythonVersion",
    "use32BitWorkerProcess", "vnetRouteAllEnabled", "windowsFxVersion",
}  # fmt: skip
SECRETS = ("ACCOUNTKEY=", "SHAREDACCESSKEY", "SIG=", "ACCESSKEY=")


def settings(project: Project) -> dict[str, object]:
    found = [entry for one in project.of(SITE) for entry in one.property("siteConfig.appSettings") or []]
    return {text_of(entry["name"]): entry["value"] for entry in found}


@policy("app-transport")
def app_transport(project: Project) -> Broken:
    for one in project.of(SITE):
        yield from must_be(one, "httpsOnly", True)
        yield from must_be(one, "siteConfig.minTlsVersion", "1.2", "1.3")
        yield from must_be(one, "siteConfig.scmMinTlsVersion", "1.2", "1.3")
        yield from must_be(one, "siteConfig.remoteDebuggingEnabled", False)


@policy("app-runtime")
def app_runtime(project: Project) -> Broken:
    yield from exactly_one(project, SITE, "Function App")
    for one in project.of(SITE):
        yield from must_be(one, "functionAppConfig.runtime.name", "custom")
        # Azure takes any text here; with another than this the host never starts.
        yield from must_be(one, "functionAppConfig.runtime.version", "1.0")
        yield from must_be(one, "functionAppConfig.deployment.storage.authentication.type", "UserAssignedIdentity")
        # Azure has these three sizes, and no other.
        yield from must_be(one, "functionAppConfig.scaleAndConcurrency.instanceMemoryMB", 512, 2048, 4096)
        for name in sorted(REFUSED_ON_FLEX & set(one.property("siteConfig"))):
            yield one, "properties.siteConfig", f"Flex Consumption refuses a site with `{name}`"
        if one.body.get("kind") != "functionapp,linux":
            yield one, "kind", "a custom handler is a program for Linux: `functionapp,linux`"
        container, owner = text_of(one.property("functionAppConfig.deployment.storage.value")), account_of(project, "app-package")
        if owner is None or container != f"{owner.id}#properties.primaryEndpoints.blobapp-package":
            yield one, "properties.functionAppConfig", "the package stands in no container of ours"
        if not text_of(one.property("functionAppConfig.deployment.storage.authentication.userAssignedIdentityResourceId")).endswith("-app"):
            yield one, "properties.functionAppConfig", "the package is fetched by the app's identity"
        parallel = one.property("functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency")
        if not isinstance(parallel, int) or not 1 <= parallel <= 1000:
            yield one, "properties.functionAppConfig", "an instance takes 1 to 1000 requests at once"
        ready = one.property("functionAppConfig.scaleAndConcurrency.alwaysReady") or []
        known = {"http", "blob", "durable"} | {f"function:{path.split('/')[2]}" for path in project.sources if path.startswith("tests/golden/") and path.endswith("/function.json")}
        for group in ready:
            if group.get("name") not in known:
                yield one, "properties.functionAppConfig", f"there is no group of functions `{group.get('name')}` to stand ready"
        if any(text_of(group["instanceCount"]) == "1" for group in ready):
            yield one, "properties.functionAppConfig", "one instance stands in one zone: none, or two and more"
    for plan in project.of("Microsoft.Web/serverfarms"):
        if at(plan.body, "sku.name") != "FC1":
            yield plan, "sku", "is not Flex Consumption"
        yield from must_be(plan, "zoneRedundant", True)
        # Without it the plan is one for Windows.
        yield from must_be(plan, "reserved", True)


@policy("app-origins")
def app_origins(project: Project) -> Broken:
    origin = text_of(project.outputs.get("publicOrigin"))
    for one in project.of(SITE):
        if [text_of(item) for item in one.property("siteConfig.cors.allowedOrigins") or []] != [origin]:
            yield one, "properties.siteConfig.cors", f"the one origin is that of the pages, {origin}"
        yield from must_be(one, "siteConfig.cors.supportCredentials", False)
    if not re.fullmatch(r"https://[a-z0-9.-]+", re.sub(r"uniqueString\([^)]*\)", "x", origin)):
        yield None, "", f"`{origin}` is no https origin"


@policy("app-behind-firewall")
def app_behind_firewall(project: Project) -> Broken:
    """Where a web firewall stands before the app, nobody goes round it, and the host still reaches its own app."""
    given = text_of(project.runs[0].params.get("webFirewallSubnetId") or "")
    for one in project.of(SITE):
        yield from must_be(one, "siteConfig.scmIpSecurityRestrictionsUseMain", False)
        yield from must_be(one, "siteConfig.ipSecurityRestrictionsDefaultAction", "Deny" if given else "Allow")
        allowed = [text_of(rule.get("vnetSubnetResourceId")) for rule in one.property("siteConfig.ipSecurityRestrictions") or [] if rule.get("action") == "Allow"]
        if given and (len(allowed) != 2 or allowed[0] != given or not allowed[1].endswith("/subnets/app")):
            yield one, "properties.siteConfig", "lets in the firewall's subnet and its own, and nobody else"
    subnets = [subnet for one in project.of("Microsoft.Network/virtualNetworks") for subnet in one.property("subnets") if subnet.get("name") == "app"]
    if given and any([entry.get("service") for entry in at(subnet, "properties.serviceEndpoints") or []] != ["Microsoft.Web"] for subnet in subnets):
        yield None, "", "the app's host reaches the app from the subnet `app` by a service endpoint of `Microsoft.Web`"


@policy("app-sign-in")
def app_sign_in(project: Project) -> Broken:
    """Staff come from one tenant, with a token for this service."""
    known = settings(project)
    issuer, audience, client = (text_of(known.get(name)) for name in ("STAFF_ISSUER", "STAFF_AUDIENCE", "STAFF_CLIENT_ID"))
    if any(f"/{whoever}/" in issuer for whoever in ("common", "organizations", "consumers")):
        yield None, "", f"`{issuer}` lets in whoever has an account anywhere"
    if not issuer.endswith("/v2.0"):
        yield None, "", f"`{issuer}` is no issuer of tokens of version 2.0"
    if audience != client:
        yield None, "", "tokens of version 2.0 name the client id as their audience, and nothing else"
    if known.get("STAFF_SCOPE") != f"openid offline_access {client}/staff":
        yield None, "", "STAFF_SCOPE asks for no token for this application, or for one that is not renewed"


@policy("app-settings")
def app_settings(project: Project) -> Broken:
    known = settings(project)
    for one in project.of(SITE):
        for name in sorted(NOT_ON_FLEX & known.keys()):
            yield one, "properties.siteConfig", f"`{name}` is not for Flex Consumption"
        for name, value in known.items():
            if name == "AzureWebJobsStorage" or any(word in text_of(value).upper() for word in SECRETS):
                yield one, "properties.siteConfig", f"`{name}` is a key; the app signs in as itself"
        if known.get("AzureWebJobsStorage__credential") != "managedidentity":
            yield one, "properties.siteConfig", "the host must reach its storage by identity"
        if not text_of(known.get("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")).endswith("Authorization=AAD"):
            yield one, "properties.siteConfig", "the host must send telemetry by identity"
        limit = text_of(known.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"))
        if not limit.isdigit() or not 65_536 < int(limit) <= 8_388_608:
            yield one, "properties.siteConfig", "the host reads bodies of any size into the memory of an instance"
        if known.get("SCANNING") != "required":
            yield one, "properties.siteConfig", "what is not scanned must not be filed"
        used = list((one.body.get("identity") or {}).get("userAssignedIdentities") or {})
        if sorted(name.rsplit("-", 1)[1] for name in used) != ["app", "erasure"]:
            yield one, "identity", "acts as `app` and `erasure`, and as nobody else"


@policy("production-is-production")
def production_is_production(project: Project) -> Broken:
    wanted = {"prod": "production", "dev": "trial"}[project.environment]
    if not text_of(project.outputs.get("resourceGroupName")).endswith(f"-{project.environment}"):
        yield None, "", f"`environmentName` in {project.params_file} is that of another environment"
    if settings(project).get("DEPLOYMENT") != wanted:
        yield None, "", f"`deployment` in {project.params_file} must be `{wanted}`"
