"""Plants mistakes one by one and names those that are caught, by which check. `infra/tests/run mutations` shows them.

Each is one that people make and that reads well enough to be merged.
"""

from dataclasses import dataclass

from checker.types import Types
from checker.whole import check

MODULES = "bicep/modules"
PRODUCTION = "infra/prod.bicepparam"


@dataclass(frozen=True)
class Mistake:
    """`old` becomes `new` in `file`, where it stands first; `given` is what production's parameters say besides, which by itself is right."""

    what: str
    file: str
    old: str
    new: str
    given: str = ""


FIREWALL = "param webFirewallSubnetId = '/subscriptions/s/resourceGroups/rg-edge/providers/Microsoft.Network/virtualNetworks/edge/subnets/firewall'\n"
MISTAKES = [
    Mistake("a property that does not exist", f"{MODULES}/storage-media.bicep", "allowSharedKeyAccess: false", "allowSharedKeysAccess: false"),
    Mistake("an enumeration's wrong value", f"{MODULES}/cosmos.bicep", "'Continuous7Days'", "'Continuous14Days'"),
    Mistake("a number where a text belongs", f"{MODULES}/function.bicep", "version: '1.0'", "version: 1"),
    Mistake("a property one level too high", f"{MODULES}/events.bicep", "    isEnabled: true\n    overrideSubscriptionLevelSettings", "    onUpload: { isEnabled: true }\n    isEnabled: true\n    overrideSubscriptionLevelSettings"),
    Mistake("a typo in a module's output", "bicep/main.bicep", "identity.outputs.appPrincipalId", "identity.outputs.appPrincpalId"),
    Mistake("a typo in a property of a resource", f"{MODULES}/identity.bicep", "app.properties.principalId", "app.properties.principleId"),
    Mistake("a parameter forgotten in a call", "bicep/main.bicep", "    keyName: keyvault.outputs.mediaKeyName\n", ""),
    Mistake("a parameter that the parameters file misspells", "infra/prod.bicepparam", "param alertEmail", "param alertMail"),
    Mistake("an API version that does not exist", f"{MODULES}/keyvault.bicep", "Microsoft.KeyVault/vaults@2024-11-01", "Microsoft.KeyVault/vaults@2024-12-01"),
    Mistake("a name that is known too late", f"{MODULES}/messaging.bicep", "name: 'evgt-${namePrefix}-arrivals'", "name: 'evgt-${media.properties.primaryLocation}'"),
    Mistake("key access on", f"{MODULES}/storage-private.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    Mistake("a public container", f"{MODULES}/storage-media.bicep", "publicAccess: 'None'", "publicAccess: 'Blob'"),
    Mistake("TLS 1.0 on storage", f"{MODULES}/storage-media.bicep", "'TLS1_2'", "'TLS1_0'"),
    Mistake("local keys of the database on", f"{MODULES}/cosmos.bicep", "disableLocalAuth: true", "disableLocalAuth: false"),
    Mistake("the private account opened", f"{MODULES}/storage-private.bicep", "publicNetworkAccess: 'Disabled'", "publicNetworkAccess: 'Enabled'"),
    Mistake("Azure's own key instead of ours", f"{MODULES}/storage-private.bicep", "keySource: 'Microsoft.Keyvault'", "keySource: 'Microsoft.Storage'"),
    Mistake("a key pinned to a version", f"{MODULES}/storage-media.bicep", "keyname: keyName }", "keyname: keyName, keyversion: '1' }"),
    Mistake("a region outside the UK", f"{MODULES}/monitoring.bicep", "resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {\n  name: 'log-${namePrefix}'\n  location: location", "resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {\n  name: 'log-${namePrefix}'\n  location: 'westeurope'"),
    Mistake("texts kept outside the UK", f"{MODULES}/messaging.bicep", "dataLocation: 'UK'", "dataLocation: 'Europe'"),
    Mistake("a role that one environment does not get", f"{MODULES}/roles.bicep", "resource appSigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {", "resource appSigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (usesAzureTexts) {"),
    Mistake("a role for a whole account", f"{MODULES}/roles.bicep", "scope: mediaAccount::blobs::records\n", "scope: mediaAccount\n"),
    Mistake("logs of the vault forgotten", f"{MODULES}/keyvault.bicep", "  scope: vault\n  properties: {\n    workspaceId", "  scope: endpoint\n  properties: {\n    workspaceId"),
    Mistake("a renamed queue", f"{MODULES}/storage-private.bicep", "['uploads', 'sms', 'erasures']", "['uploads', 'texts', 'erasures']"),
    Mistake("a queue without its poison queue", f"{MODULES}/storage-private.bicep", "name: '${queueName}-poison'", "name: '${queueName}-poisoned'"),
    Mistake("another partition key", f"{MODULES}/cosmos.bicep", "partitionKey: '/bucket'", "partitionKey: '/day'"),
    Mistake("a setting that nobody reads", f"{MODULES}/function.bicep", "name: 'STAFF_ISSUER'", "name: 'STAFF_ISSUR'"),
    Mistake("an event that never comes", f"{MODULES}/events.bicep", "Microsoft.Storage.BlobCreated", "Microsoft.Storage.BlobAdded"),
    Mistake("an alert on a function that is not there", f"{MODULES}/monitoring.bicep", 'Name == "expire-records"', 'Name == "expire-record"'),
    Mistake("CORS for everybody", f"{MODULES}/storage-media.bicep", "allowedOrigins: [pageOrigin]", "allowedOrigins: ['*']"),
    Mistake("a key read into an output", f"{MODULES}/storage-media.bicep", "= account.properties.primaryEndpoints.blob", "= account.listKeys().keys[0].value"),
    Mistake("an unscanned upload let through", f"{MODULES}/function.bicep", "'SCANNING', value: 'required'", "'SCANNING', value: 'off'"),
    Mistake("the way out left open", f"{MODULES}/network.bicep", "callsItself ? [itself] : [], [nothingElse])", "callsItself ? [itself] : [])"),
    Mistake("a report with its number kept aside", f"{MODULES}/events.bicep", "    filter: {\n      includedEventTypes: ['Microsoft.Communication", "    deadLetterWithResourceIdentity: toDeadLetters\n    filter: {\n      includedEventTypes: ['Microsoft.Communication"),
    Mistake("production's texts reported through the world", "infra/prod.bicepparam", "param usesAzureTexts = false", "param usesAzureTexts = true\nparam textReportsMayLeaveUk = true"),
    Mistake("another provider of texts than the program's", f"{MODULES}/function.bicep", "api.notifications.service.gov.uk", "api.notification.service.gov.uk"),
    Mistake("a secret under a name that nobody reads", "infra/put-secret.sh", "(api-key|callback-token)", "(key|callback-token)"),
    Mistake("the way round the private name", f"{MODULES}/network.bicep", "'privatelink.documents.azure.com'", "'documents.azure.com'"),
    Mistake("signatures that the account blocks", "handlers/azure/src/signed_urls.rs", "            .start(self.signed_from()?)\n", ""),
    Mistake("a column that a query's table does not have", f"{MODULES}/monitoring.bicep", 'ResultCode startswith "5"', 'StatusCode startswith "5"'),
    Mistake("a filter's key misspelt", f"{MODULES}/events.bicep", "key: 'data.api'", "key: 'data.apis'"),
    Mistake("a hold that nobody recognises", "infra/teardown.sh", "'hold-'", "'holds-'"),
    Mistake("erasures signed by the app's identity", "bicep/main.bicep", "erasureClientId: identity.outputs.erasureClientId", "erasureClientId: identity.outputs.appClientId"),
    Mistake("an alert that waits for a thousand", f"{MODULES}/monitoring.bicep", "threshold: 0", "threshold: 1000"),
    Mistake("a size that Azure does not have", f"{MODULES}/function.bicep", "instanceMemoryMB: 512", "instanceMemoryMB: 100"),
    Mistake("a subnet delegated to another kind of plan", f"{MODULES}/network.bicep", "'Microsoft.App/environments'", "'Microsoft.Web/serverFarms'"),
    Mistake("private names that anybody may write", f"{MODULES}/network.bicep", "registrationEnabled: false", "registrationEnabled: true"),
    Mistake("a key that wraps and cannot unwrap", f"{MODULES}/keyvault.bicep", "['wrapKey', 'unwrapKey']", "['wrapKey']"),
    Mistake("a key that turns every ten years", f"{MODULES}/keyvault.bicep", "timeAfterCreate: 'P1Y'", "timeAfterCreate: 'P10Y'"),
    Mistake("stores kept from their keys", f"{MODULES}/keyvault.bicep", "bypass: 'AzureServices'", "bypass: 'None'"),
    Mistake("an output that leads to the other account", "bicep/main.bicep", "output privateAccountName string = privateStorage.outputs.accountName", "output privateAccountName string = mediaStorage.outputs.accountName"),
    Mistake("events before their roles", "bicep/main.bicep", "  // Event Grid tries the queue when a subscription is made: its roles have to stand by then.\n  dependsOn: [roles]\n", ""),
    Mistake("the app before its roles", "bicep/main.bicep", "  // The host reads its storage as soon as it starts.\n  dependsOn: [roles]\n", ""),
    Mistake("private endpoints open to the network", f"{MODULES}/network.bicep", "name: 'from-nobody-else'\n        properties: { priority: 4096, direction: 'Inbound', access: 'Deny'", "name: 'from-nobody-else'\n        properties: { priority: 4096, direction: 'Inbound', access: 'Allow'"),
    Mistake("the way to sign-in shut", f"{MODULES}/network.bicep", "name: 'to-sign-in'\n    properties: { priority: 120, direction: 'Outbound', access: 'Allow'", "name: 'to-sign-in'\n    properties: { priority: 120, direction: 'Outbound', access: 'Deny'"),
    Mistake("documents in one zone", f"{MODULES}/cosmos.bicep", "isZoneRedundant: true", "isZoneRedundant: false"),
    Mistake("the app in one zone", f"{MODULES}/function.bicep", "zoneRedundant: true", "zoneRedundant: false"),
    Mistake("queues asked for where blobs are", "bicep/main.bicep", "privateQueueEndpoint: privateStorage.outputs.queueEndpoint", "privateQueueEndpoint: privateStorage.outputs.blobEndpoint"),
    Mistake("a default out of its own bounds", "bicep/main.bicep", "string = 'CareTeam'", "string = 'TheWholeCareTeam'"),
    Mistake("a capability misspelt", f"{MODULES}/cosmos.bicep", "'EnableServerless'", "'EnableServerles'"),
    Mistake("a typo in what Azure answers", f"{MODULES}/cosmos.bicep", "account.properties.documentEndpoint", "account.properties.documentEndpoint.uri"),
    Mistake("the package in the account that phones reach", f"{MODULES}/function.bicep", "value: '${privateBlobEndpoint}${packageContainerName}'", "value: '${mediaBlobEndpoint}${packageContainerName}'"),
    Mistake("two modules deployed under one name", "bicep/main.bicep", "name: 'storage-media'", "name: 'storage-private'"),
    Mistake("subnets outside their network", f"{MODULES}/network.bicep", "['10.20.0.0/24']", "['10.30.0.0/24']"),
    Mistake("two rules of one priority", f"{MODULES}/network.bicep", "priority: 130", "priority: 120"),
    Mistake("one key for two stores", f"{MODULES}/keyvault.bicep", "keys/${keys[2].name}", "keys/${keys[1].name}"),
    Mistake("pictures that go by their age", f"{MODULES}/storage-media.bicep", "actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }", "actions: { baseBlob: { delete: { daysAfterCreationGreaterThan: 30 } } }"),
    Mistake("an alert that looks elsewhere", f"{MODULES}/monitoring.bicep", "scopes: [workspace.id]", "scopes: [insights.id]"),
    Mistake("a night looked for in one hour", f"{MODULES}/monitoring.bicep", "window: 'P2D'", "window: 'PT1H'"),
    Mistake("staff of any tenant", "bicep/main.bicep", "${tenant().tenantId}/v2.0", "common/v2.0"),
    Mistake("an own role for the whole subscription", f"{MODULES}/roles.bicep", "assignableScopes: [resourceGroup().id]", "assignableScopes: [subscription().id]"),
    Mistake("verdicts on another queue", f"{MODULES}/events.bicep", "queueName: 'uploads'", "queueName: 'erasures'"),
    Mistake("an audience that no token of version 2.0 names", "bicep/main.bicep", "param staffAudience string = staffClientId", "param staffAudience string = 'api://${staffClientId}'"),
    Mistake("a token that is not renewed", "bicep/main.bicep", "offline_access ${staffClientId}/staff", "offline_access api://${staffClientId}/staff"),
    Mistake("a null into a text", f"{MODULES}/messaging.bicep", "(reports.?identity.principalId ?? '')", "reports.?identity.principalId"),
    Mistake("a resource read that may not be there", f"{MODULES}/messaging.bicep", "communication.?properties", "communication.properties"),
    Mistake("a property in quotes", f"{MODULES}/cosmos.bicep", "  kind: 'GlobalDocumentDB'", "  'kind': 'GlobalDocumentDB'"),
    Mistake("a text of one expression alone", f"{MODULES}/keyvault.bicep", "  name: keyName\n", "  name: '${keyName}'\n"),
    Mistake("a wait for what is waited for anyhow", f"{MODULES}/cosmos.bicep", "  parent: account\n  name: 'aftersight'", "  parent: account\n  dependsOn: [account]\n  name: 'aftersight'"),
    Mistake("a parent in the name", f"{MODULES}/storage-private.bicep", "  parent: audit\n  name: 'default'", "  name: '${account.name}/default/audit/default'"),
    Mistake("the parameters of the other environment", "infra/prod.bicepparam", "environmentName = 'prod'", "environmentName = 'dev'"),
    Mistake("an origin with a path", "infra/prod.bicepparam", "publicOrigin = ''", "publicOrigin = 'https://www.example.org/photos'"),
    Mistake("phones that may not send", f"{MODULES}/storage-media.bicep", "'HEAD', 'PUT', 'OPTIONS'", "'HEAD', 'OPTIONS'"),
    Mistake("messages that are gone after a minute", f"{MODULES}/events.bicep", "queueMessageTimeToLiveInSeconds: 604800", "queueMessageTimeToLiveInSeconds: 60"),
    Mistake("a tidying of everything", f"{MODULES}/storage-private.bicep", ", prefixMatch: ['app-package', 'azure-webjobs-', 'event-dead-letters'] }", " }"),
    Mistake("an address where a name belongs", "bicep/main.bicep", "output vaultName string = keyvault.outputs.vaultName", "output vaultName string = keyvault.outputs.vaultUri"),
    Mistake("two identities swapped", "bicep/main.bicep", "arrivalsPrincipalId: messaging.outputs.arrivalsPrincipalId", "arrivalsPrincipalId: messaging.outputs.verdictsPrincipalId"),
    Mistake("a private endpoint in the app's subnet", "bicep/main.bicep", "    endpointSubnetId: network.outputs.endpointSubnetId\n    documentsZoneId", "    endpointSubnetId: network.outputs.appSubnetId\n    documentsZoneId"),
    Mistake("private names of another service", "bicep/main.bicep", "blobZoneId: network.outputs.blobZoneId\n    queueZoneId", "blobZoneId: network.outputs.queueZoneId\n    queueZoneId"),
    Mistake("a property that this plan refuses", f"{MODULES}/function.bicep", "      http20Enabled: true\n", "      http20Enabled: true\n      ftpsState: 'Disabled'\n"),
    Mistake("the database before what can be tried again", "bicep/main.bicep", "  dependsOn: [privateStorage, mediaStorage]\n", ""),
    Mistake("the operator's list told to nobody", f"{MODULES}/monitoring.bicep", 'Message has "operator.kind"', 'Message has "operator.kinds"'),
    Mistake("one kind of the operator's list told, and others not", f"{MODULES}/monitoring.bicep", 'Message has "operator.kind"', 'Message has "operator.kind" and Message has "files-aside"'),
    Mistake("kinds of the operator's list told as one", f"{MODULES}/monitoring.bicep", "rule.name == 'operator-told' ? byKind : []", "[]"),
    Mistake("a kind under another name in the log", "handlers/functions/src/operator_list.rs", "operator.kind =", "operator.sort ="),
    Mistake("a query that its missing table breaks", f"{MODULES}/monitoring.bicep", "'union isfuzzy=true (datatable(TimeGenerated: datetime) []), (${rule.query})'", "rule.query"),
    Mistake("a night that is missed on the first day", f"{MODULES}/monitoring.bicep", "since < ago(25h) and nights == 0", "nights == 0"),
    Mistake("an alert turned round", f"{MODULES}/monitoring.bicep", "operator: 'GreaterThan'", "operator: 'LessThan'"),
    Mistake("an alert on what does not happen turned round", f"{MODULES}/monitoring.bicep", "runs == 0", "runs > 0"),
    Mistake("a dead app forgotten after two days", f"{MODULES}/monitoring.bicep", "autoMitigate: rule.window != 'P2D'", "autoMitigate: true"),
    Mistake("counted rows sampled", "host.json", '"isEnabled": false', '"isEnabled": true'),
    Mistake("a budget that is spent by standing there", "infra/dev.bicepparam", "monthlyBudget = 120", "monthlyBudget = 60"),
    Mistake("bodies of any size taken in", f"{MODULES}/function.bicep", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '1048576'", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '104857600'"),
    Mistake("a limit of bodies that no form fits in", f"{MODULES}/function.bicep", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '1048576'", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '1024'"),
    Mistake("a way round the web firewall", f"{MODULES}/function.bicep", "empty(webFirewallSubnetId) ? 'Allow' : 'Deny'", "'Allow'", FIREWALL),
    Mistake("an app that its own host does not reach behind the firewall", f"{MODULES}/function.bicep", "vnetSubnetResourceId: appSubnetId", "vnetSubnetResourceId: webFirewallSubnetId", FIREWALL),
    Mistake("no way from the app's subnet to the app behind the firewall", "bicep/main.bicep", "callsItself: !empty(webFirewallSubnetId)", "callsItself: false", FIREWALL),
    Mistake("publishing shut together with the pages", f"{MODULES}/function.bicep", "scmIpSecurityRestrictionsUseMain: false", "scmIpSecurityRestrictionsUseMain: true"),
    Mistake("uploads of any size scanned", f"{MODULES}/events.bicep", ", excludeBlobsLargerThan: 26214400", ""),
    Mistake("the largest picture left unscanned", f"{MODULES}/events.bicep", "excludeBlobsLargerThan: 26214400", "excludeBlobsLargerThan: 26214399"),
    Mistake("a scan bound in another unit", f"{MODULES}/events.bicep", "excludeBlobsLargerThan: 26214400", "excludeBlobsLargerThan: 25"),
    Mistake("a lock that cannot be read taken for none", "infra/teardown.sh", 'if look_up "the policy of the audit trail" "$(audit_policy "${account}")" 2025-01-01; then', 'if FOUND="$(arm get "$(audit_policy "${account}")" 2025-01-01 2>/dev/null)"; then'),
    Mistake("outputs that cannot be read taken for none", "infra/session.sh", "    OUTPUTS='{}' HAS_STACK=no\n", "    OUTPUTS=\"$(az stack sub show --name \"${STACK}\" --query outputs)\" || OUTPUTS='{}'\n"),
    Mistake("a list whose failing nobody hears", "infra/restore-drill.sh", 'done <<<"${all}"', 'done < <(az cosmosdb list --query "[].name" --output tsv)'),
    Mistake("an alert on another answer than the program gives", f"{MODULES}/monitoring.bicep", "ResultCode in (\"401\", \"410\", \"429\")", "ResultCode in (\"404\")"),
    Mistake("an alert on one of several answers", f"{MODULES}/monitoring.bicep", "ResultCode in (\"401\", \"410\", \"429\")", "ResultCode in (\"401\")"),
    Mistake("reads that may be old", f"{MODULES}/cosmos.bicep", "'Session'", "'Eventual'"),
    Mistake("reads in any order", f"{MODULES}/cosmos.bicep", "'Session'", "'ConsistentPrefix'"),
    Mistake("one try at delivering an event", f"{MODULES}/events.bicep", "maxDeliveryAttempts: 30", "maxDeliveryAttempts: 1"),
    Mistake("an event forgotten after a minute", f"{MODULES}/events.bicep", "eventTimeToLiveInMinutes: 1440", "eventTimeToLiveInMinutes: 1"),
    Mistake("the texts of queries in the log", f"{MODULES}/cosmos.bicep", "{ category: 'ControlPlaneRequests', enabled: true }]", "{ category: 'ControlPlaneRequests', enabled: true }, { category: 'QueryRuntimeStatistics', enabled: true }]"),
    Mistake("every log of the database, whatever it holds", f"{MODULES}/cosmos.bicep", "{ category: 'ControlPlaneRequests', enabled: true }]", "{ category: 'ControlPlaneRequests', enabled: true }, { categoryGroup: 'allLogs', enabled: true }]"),
    Mistake("patients' addresses in the log", f"{MODULES}/monitoring.bicep", "DisableIpMasking: false", "DisableIpMasking: true"),
    Mistake("codes of links in request rows", f"{MODULES}/link-codes.bicep", 'Url = iff(hasCode, "", Url), ', ""),
    Mistake("codes of links in log lines", f"{MODULES}/link-codes.bicep", "streams: ['Microsoft-Table-AppTraces']", "streams: ['Microsoft-Table-AppEvents']"),
    Mistake("a rule for codes of links that no workspace names", f"{MODULES}/link-codes.bicep", "    defaultDataCollectionRuleResourceId: blanked.id\n", ""),
    Mistake("a group ready that does not exist", f"{MODULES}/function.bicep", "name: 'http', instanceCount", "name: 'https', instanceCount"),
    Mistake("a function ready that does not exist", f"{MODULES}/function.bicep", "name: 'http', instanceCount", "name: 'function:file-uploads', instanceCount"),
    Mistake("documents that no query finds", f"{MODULES}/cosmos.bicep", "indexingMode: 'consistent'", "indexingMode: 'none'"),
    Mistake("documents indexed only when asked", f"{MODULES}/cosmos.bicep", "automatic: true", "automatic: false"),
    Mistake("a key that ends on the day it turns", f"{MODULES}/keyvault.bicep", "expiryTime: 'P2Y'", "expiryTime: 'P1Y'"),
    Mistake("a key whose end is told the day before", f"{MODULES}/keyvault.bicep", "timeBeforeExpiry: 'P30D'", "timeBeforeExpiry: 'P1D'"),
    Mistake("scans for a week of the month", "infra/prod.bicepparam", "scanCapGigabytes = 500", "scanCapGigabytes = 5"),
    Mistake("scans without an end", "infra/prod.bicepparam", "scanCapGigabytes = 500", "scanCapGigabytes = 500000"),
    Mistake("pictures out of reach", f"{MODULES}/storage-media.bicep", "accessTier: 'Hot'", "accessTier: 'Cold'"),
    Mistake("older pictures moved out of reach", f"{MODULES}/storage-media.bicep", "actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }", "actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } , tierToArchive: { daysAfterCreationGreaterThan: 7 } } }"),
    Mistake("partitions told apart by their first 100 bytes", f"{MODULES}/cosmos.bicep", "version: 2", "version: 1"),
    Mistake("partitions by range", f"{MODULES}/cosmos.bicep", "kind: 'Hash'", "kind: 'Range'"),
]  # fmt: skip
# What must be caught, at the least.
CAUGHT_AT_LEAST = len(MISTAKES)


def run(sources: dict[str, str]) -> bool:
    types, caught = Types(), 0
    before: dict[str, list] = {}
    for number, mistake in enumerate(MISTAKES, 1):
        assert mistake.old in sources[mistake.file], f"{mistake.what}: {mistake.file} does not say {mistake.old}"
        right = sources | ({PRODUCTION: sources[PRODUCTION] + mistake.given} if mistake.given else {})
        if mistake.given not in before:
            before[mistake.given] = check(right, types)[1]
            assert not mistake.given or before[mistake.given] == before.get("", []), f"{mistake.given} is refused by itself: {before[mistake.given]}"
        _, findings = check(right | {mistake.file: right[mistake.file].replace(mistake.old, mistake.new, 1)}, types)
        new = [finding for finding in findings if finding not in before[mistake.given]]
        caught += bool(new)
        names = ", ".join(sorted({finding.check for finding in new})) or "-"
        print(f"{number:>3}  {'caught' if new else 'SLIPS ':<6}  {mistake.what}: {names}")
    print(f"{caught} of {len(MISTAKES)} planted mistakes are caught; at least {CAUGHT_AT_LEAST} must be")
    return caught >= CAUGHT_AT_LEAST
