"""Resource Manager and the directory, as far as `az` asks them in these tests."""

import re
from urllib.parse import unquote

from .state import APP, CLIENT, COSMOS, GROUP, MEDIA, PRIVATE, PROVIDERS, SUBSCRIPTION, TENANT, VAULT, State


def changes(state: State) -> list[dict]:
    """A what-if: everything is made the first time, nothing the second."""
    what = "NoChange" if state.stack else "Create"
    names = [f"Microsoft.Web/sites/{APP}", f"Microsoft.Storage/storageAccounts/{MEDIA}", f"Microsoft.KeyVault/vaults/{VAULT}"]
    found = [{"resourceId": f"{GROUP}/providers/{name}", "changeType": what, "delta": [], "before": None, "after": None} for name in names]
    # What hangs on an identity's answer it never knows.
    return [*found, {"resourceId": "[guid(reference('identity'))]", "changeType": "Unsupported", "unsupportedReason": "cannot be calculated", "delta": None}]


def arm(state: State, method: str, path: str, body: dict, query: str) -> tuple[int, object]:
    """Resource Manager. What it does not know it answers 404, and the test says which path that was."""
    low = path.lower()
    scene = state.scene
    deployment = {"id": path, "name": path.rsplit("/", 1)[-1], "properties": {"provisioningState": "Succeeded"}}
    if low == "/v1.0/applications":
        return applications(scene["registration"])
    if low == "/subscriptions":
        return 200, {"value": [{"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION, "tenantId": TENANT, "displayName": "A hospital's test", "state": "Enabled"}]}
    if low.endswith(f"{SUBSCRIPTION}/resources"):
        kinds = {COSMOS: "Microsoft.DocumentDB/databaseAccounts", MEDIA: "Microsoft.Storage/storageAccounts", PRIVATE: "Microsoft.Storage/storageAccounts"}
        group = re.search(r"resourceGroup eq '([\w-]+)'", unquote(query).replace("+", " "))
        found = [(f"{GROUP.rsplit('/', 1)[0]}/{group[1]}/providers/{kind}/{name}", name, kind) for name, kind in kinds.items() if group and kind in unquote(query)]
        return 200, {"value": [{"id": one, "name": name, "type": kind, "location": "uksouth"} for one, name, kind in found if state.stands.get(one.lower()) != "gone"]}
    if low == "/tenants":
        return 200, {"value": [{"id": f"/tenants/{TENANT}", "tenantId": TENANT}]}
    if low.endswith("/providers"):
        return 200, {"value": [{"namespace": name, "registrationState": "Registered"} for name in PROVIDERS if name not in scene["unregistered"]]}
    if match := re.search(r"/providers/(microsoft\.\w+)(/register)?$", low):
        return 200, {"namespace": match[1], "registrationState": "Registering" if scene["registering"] else "Registered", "resourceTypes": [{"resourceType": kind, "apiVersions": ["2025-01-01"], "locations": ["UK South"]} for kind in ("databaseAccounts", "storageAccounts")]}
    if low.endswith("/georegions"):
        return 200, {"value": [{"name": "UK South" if name == "uksouth" else name, "properties": {"name": "UK South" if name == "uksouth" else name, "orgDomain": "FLEXCONSUMPTION;FCZONEREDUNDANCY"}} for name in scene["regions"]]}
    if low.endswith(f"{SUBSCRIPTION}/locations"):
        return 200, {"value": [{"name": name, "displayName": name} for name in ("uksouth", "ukwest", "westeurope")]}
    if low.endswith("/functionappstacks"):
        return 200, {"value": [stack(scene["runtime"])]}
    if low.endswith("/deletedvaults"):
        name = "kv-older"
        facts = {"vaultId": f"{GROUP}/providers/Microsoft.KeyVault/vaults/{name}", "location": "uksouth", "tags": {}}
        return 200, {"value": [{"id": f"{path}/{name}", "name": name, "type": "Microsoft.KeyVault/deletedVaults", "properties": facts}] if scene["deletedVault"] else []}
    if low.endswith("/validate"):
        if scene["refuseTemplate"]:
            return 400, {"error": {"code": "InvalidTemplate", "message": state.scene["refuseTemplate"]}}
        return 200, deployment | {"properties": {"provisioningState": "Succeeded", "validatedResources": []}}
    if low.endswith("/whatif"):
        return 200, {"status": "Succeeded", "properties": {"changes": changes(state)}}
    if "/deploymentstacks/" in low:
        return stacks(state, method, path, body)
    return resources(state, method, path, body)


def applications(bent: dict | None) -> tuple[int, object]:
    """Entra ID's directory: the staff's application, as docs/sign-in.md has it made but for what the scene bends."""
    if bent == {"hidden": True}:
        return 403, {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
    api = {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [{"value": "staff", "isEnabled": True}]}
    made = {"id": "1", "appId": CLIENT, "api": api, "spa": {"redirectUris": []}}
    return 200, {"value": [] if bent is None else [made | bent]}


def stack(version: str) -> dict:
    runtime = {"name": "custom", "version": version}
    settings = {"runtimeVersion": "1.0", "isPreview": False, "Sku": [{"skuCode": "FC1", "functionAppConfigProperties": {"runtime": runtime}}]}
    settings |= {"appInsightsSettings": {"isSupported": True}, "gitHubActionSettings": {"isSupported": False}, "isDefault": True}
    minor = {"displayText": "Custom", "value": "1.0", "stackSettings": {"linuxRuntimeSettings": settings}}
    major = {"displayText": "Custom", "value": "1.0", "minorVersions": [minor]}
    return {"name": "custom", "properties": {"displayText": "Custom Handler", "value": "custom", "majorVersions": [major]}}


def stacks(state: State, method: str, path: str, body: dict) -> tuple[int, object]:
    if method == "PUT":
        if state.tried_with != state.scene.changed_at():
            state.attempts, state.tried_with = 0, state.scene.changed_at()
        state.attempts += 1
        if state.attempts <= state.scene["stackFailures"]:
            return 400, {"error": {"code": "DeploymentStackDeploymentFailed", "message": state.scene["stackError"]}}
        state.stack = body
    if method == "DELETE":
        state.stack, state.gone_with = None, state.scene.changed_at()
        return 200, None
    if state.stack is None and (not state.scene["deployed"] or state.gone_with == state.scene.changed_at()):
        return 404, {"error": {"code": "DeploymentStackNotFound", "message": "there is no such stack"}}
    outputs = None if state.scene["withoutOutputs"] else state.outputs()
    properties = (state.stack or {"properties": {}})["properties"] | {"provisioningState": "succeeded", "outputs": outputs, "resources": []}
    return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "location": "uksouth", "tags": (state.stack or {}).get("tags"), "properties": properties}


def resources(state: State, method: str, path: str, body: dict) -> tuple[int, object]:
    low = path.lower()
    site = f"/sites/{APP}".lower()
    if re.search(r"/resourcegroups/[\w-]+/providers/microsoft.resources/tags/default$", low):
        state.group_tags[low] = body.get("properties", {}).get("tags", {})
        return 200, {"id": path, "name": "default", "properties": body.get("properties", {})}
    if "/tags/default" in low:
        state.tags |= body.get("properties", {}).get("tags", {})
        return 200, {"id": path, "name": "default", "properties": {"tags": state.tags}}
    if low.endswith(f"{site}/functions"):
        return 200, {"value": state.declared() if state.times("functions") > state.scene["functionsLate"] else []}
    if low.endswith("/syncfunctiontriggers"):
        return (204, None) if state.times("triggers") > state.scene["syncFailures"] else (429, {"error": {"code": "TooManyRequests", "message": "not now"}})
    if low.endswith(f"{site}/config/appsettings/list"):
        told = {"STORES": "azure", "COSMOS_ENDPOINT": f"{state.origin()}/documents/", "AZURE_CLIENT_ID": TENANT, "AzureWebJobsStorage__clientId": TENANT}
        return 200, {"properties": told}
    if low.endswith("/host/default/listkeys"):
        return 200, {"masterKey": "not-a-key", "functionKeys": {}, "systemKeys": {}}
    if low.endswith(f"{site}/config/web"):
        return 200, {"id": path, "name": "web", "properties": {"minTlsVersion": state.scene["minTls"]}}
    if site in low:
        return 200, the_site(state)
    if low.endswith(("/providers/microsoft.web/sites", "/providers/microsoft.storage/storageaccounts")):
        return lists(state, path)
    if "/serverfarms/" in low:
        return 200, {"id": path, "name": "plan", "location": "UK South", "sku": {"name": "FC1", "tier": "FlexConsumption"}, "properties": {"reserved": True}}
    if low.endswith("/secrets"):
        return 200, {"value": [{"id": f"{path}/{name}", "name": name} for name in state.secrets]}
    if "/secrets/" in low:
        name = path.rsplit("/", 1)[-1]
        if method == "PUT":
            state.secrets[name] = body
        return (200, {"id": path, "name": name, "properties": {}}) if name in {*state.secrets, *state.scene["secrets"]} - {*state.scene["lost"]} or method == "PUT" else (404, {"error": {"code": "SecretNotFound", "message": name}})
    if "/immutabilitypolicies/default" in low:
        is_locked = any(name.endswith("/immutabilitypolicies/default/lock") for name in state.stands)
        locked = "Locked" if is_locked else state.scene["auditState"]
        days = 2922 if "prod" in low else 1
        return 200, {"id": path, "name": "default", "etag": '"1"', "properties": {"state": locked, "immutabilityPeriodSinceCreationInDays": days}}
    if match := re.search(r"/queueservices/default/queues(?:/([\w-]+))?$", low):
        return queues(state, path, match[1])
    if low.endswith("/actionrules/own-deployment"):
        return 200, {"id": path, "name": "own-deployment", "location": "Global", "properties": body.get("properties", {})}
    if low.endswith("/revokeuserdelegationkeys"):
        return 200, {}
    if low.endswith("/blobservices/default"):
        return 200, {"id": path, "name": "default", "properties": {"isVersioningEnabled": True, "deleteRetentionPolicy": {"enabled": True, "days": 14}}}
    if low.endswith("/databaseaccounts"):
        copies = [name.rsplit("/", 1)[1] for name, said in state.stands.items() if "/databaseaccounts/drill-" in name and said != "gone"]
        return 200, {"value": [{"id": f"{path}/{name}", "name": name, "location": "UK South", "properties": {}} for name in [COSMOS, *copies]]}
    if "/databaseaccounts/" in low or low.endswith("/restorabledatabaseaccounts"):
        return database_accounts(state, method, path, body)
    if re.search(r"/resourcegroups/[\w-]+$", low):
        if state.stands.get(low) == "gone":
            return 404, {"error": {"code": "ResourceGroupNotFound", "message": path}}
        tags = state.group_tags.get(f"{low}/providers/microsoft.resources/tags/default") or {"handed-back": str(state.scene["handedBack"])}
        return 200, {"tags": tags, "id": path, "name": path.rsplit("/", 1)[-1], "location": "uksouth", "properties": {"provisioningState": "Succeeded"}}
    if "/roleassignments/" in low or "/roledefinitions" in low:
        return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "properties": body.get("properties", {}), "value": []}
    if f"/storageaccounts/{MEDIA}" in low or f"/storageaccounts/{PRIVATE}" in low or f"/vaults/{VAULT}" in low:
        return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "location": "uksouth", "properties": {"provisioningState": "Succeeded", "vaultUri": f"{state.origin()}/", "publicNetworkAccess": "Disabled", "primaryEndpoints": {"queue": f"{state.origin()}/queues/"}}}
    return 404, {"error": {"code": "NotInTheFake", "message": f"the fake does not know {method} {path}"}}


def lists(state: State, path: str) -> tuple[int, object]:
    """What stands of the group's apps or accounts."""
    if state.stack is None and not state.scene["deployed"]:
        return 404, {"error": {"code": "ResourceGroupNotFound", "message": path}}
    found = [the_site(state)] if path.lower().endswith("/sites") else [{"name": name} for name in (MEDIA, PRIVATE)]
    gone = {name.rsplit("/", 1)[-1] for name, said in state.stands.items() if said == "gone"}
    if any(name.startswith("rg-") for name in gone):
        return 404, {"error": {"code": "ResourceGroupNotFound", "message": path}}
    return 200, {"value": [one for one in found if one["name"] not in gone]}


def database_accounts(state: State, method: str, path: str, body: dict) -> tuple[int, object]:
    """The database as Resource Manager sees it, and the copy that a drill makes of it."""
    if path.lower().endswith("/restorabledatabaseaccounts"):
        where = {"locationName": "UK South", "regionalDatabaseAccountInstanceId": "1", "creationTime": "2026-01-01T00:00:00Z"}
        facts = {"accountName": COSMOS, "apiType": "Sql", "creationTime": "2026-01-01T00:00:00Z", "oldestRestorableTime": "2026-01-01T00:00:00Z", "restorableLocations": [where]}
        return 200, {"value": [{"id": f"{path}/1", "name": "1", "location": "UK South", "properties": facts}]}
    if method == "DELETE":
        return 204, None
    if method == "PUT" and "/databaseaccounts/drill-" in path.lower() and body["properties"].get("disableLocalAuth") is not True:
        return 403, {"error": {"code": "RequestDisallowedByPolicy", "message": "Resource was disallowed by policy: no-document-keys"}}
    name = path.split("/databaseAccounts/")[1].split("/")[0]
    if path.endswith("/containers"):
        kept = {"patients": "/patient", "register": "/controller", "links": "/id", "inbox": "/team", "ledger": "/bucket"}
        if name != COSMOS:
            kept.pop(state.scene["copyLacks"], None)
        return 200, {"value": [{"id": f"{path}/{one}", "name": one, "properties": {"resource": {"id": one, "partitionKey": {"paths": [key]}}}} for one, key in kept.items()]}
    identity = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-encryption"
    place = {"locationName": "UK South", "failoverPriority": 0}
    properties = {
        "provisioningState": "Succeeded", "consistencyPolicy": {"defaultConsistencyLevel": "Session"}, "publicNetworkAccess": "Disabled",
        "locations": [place], "writeLocations": [place], "failoverPolicies": [place], "instanceId": "1", "createMode": "Default",
        "backupPolicy": {"type": "Continuous"}, "databaseAccountOfferType": "Standard",
    }  # fmt: skip
    who = {"type": "UserAssigned", "userAssignedIdentities": {identity: {"principalId": TENANT, "clientId": TENANT}}}
    return 200, {"id": path, "name": path.rsplit("/", 1)[-1], "location": "UK South", "kind": "GlobalDocumentDB", "identity": who, "properties": properties | body.get("properties", {})}


def the_site(state: State) -> dict:
    host = f"localhost:{state.port}"
    names = [{"name": host, "hostType": "Standard"}, {"name": host, "hostType": "Repository"}]
    path = f"{GROUP}/providers/Microsoft.Web/sites/{APP}"
    properties = {
        "sku": "FlexConsumption", "serverFarmId": f"{GROUP}/providers/Microsoft.Web/serverfarms/plan", "defaultHostName": host, "enabledHostNames": [host],
        "hostNames": [host], "hostNameSslStates": names, "state": "Stopped" if state.stands.get(path.lower()) == "stop" else "Running", "reserved": True,
        "functionAppConfig": {"runtime": {"name": "custom", "version": "1.0"}, "deployment": {"storage": {"type": "blobContainer"}}},
    }  # fmt: skip
    return {"id": path, "name": APP, "kind": "functionapp,linux", "location": "UK South", "tags": state.tags or {"package": state.scene["package"] or ""}, "properties": properties}


def queues(state: State, path: str, name: str | None) -> tuple[int, object]:
    all_names = ["uploads", "sms", "erasures"]
    if name is None:
        return 200, {"value": [{"id": f"{path}/{one}", "name": one} for base in all_names for one in (base, f"{base}-poison")]}
    return 200, {"id": path, "name": name, "properties": {} if state.scene["uncounted"] else {"approximateMessageCount": state.scene["poison"].get(name, 0)}}
