// The app: one program behind the Functions host, on Flex Consumption. It has no keys; it signs in as itself, and as the
// erasure identity where it erases. Its settings are the ones that the program reads, no more; a test compares them.

@description('Where the app runs.')
param location string

@description('Tags of every resource, and the package that runs.')
param tags object

@description('Name of the app.')
param appName string

@description('Name of its plan. Flex takes one app a plan.')
param planName string

@description('Resource id of the app\'s identity.')
param appIdentityId string

@description('Client id of the app\'s identity.')
param appClientId string

@description('Resource id of the identity that erases for good.')
param erasureIdentityId string

@description('Client id of the identity that erases for good.')
param erasureClientId string

@description('Subnet that the app joins.')
param appSubnetId string

@description('Subnet of the web firewall that stands before the app; empty where there is none.')
param webFirewallSubnetId string

@description('Log Analytics workspace that takes the logs.')
param workspaceId string

@description('Where telemetry goes.')
param insightsConnectionString string

@description('Blobs of the private account: the host\'s own state and the package.')
param privateBlobEndpoint string

@description('Queues of the private account.')
param privateQueueEndpoint string

@description('Container of the package.')
param packageContainerName string

@description('Blobs of the account that phones send to.')
param mediaBlobEndpoint string

@description('Where documents are.')
param cosmosEndpoint string

@description('Database of the documents.')
param databaseName string

@description('Where secrets are.')
param vaultUri string

@description('Origin of the pages.')
param publicOrigin string

@description('Issuer of staff tokens.')
param staffIssuer string

@description('Audience of staff tokens.')
param staffAudience string

@description('What the staff pages are called at the issuer.')
param staffClientId string

@description('What the staff pages ask the issuer for.')
param staffScope string

@description('Who runs the service: name, address, companyNumber, contact, phone, officer.')
param operator object

@description('trial or production.')
param deployment string

@description('Where texts are handed to Azure; empty where they are not.')
param communicationEndpoint string

@description('True where texts go through Azure Communication Services.')
param usesAzureTexts bool

@description('Sender of texts through Azure.')
param smsSender string

@description('True where texts go through GOV.UK Notify.')
param usesGovUkNotify bool

@description('HTTP instances that stand ready.')
param alwaysReadyInstances int

@description('Most instances at once.')
param maximumInstances int

// `AzureWebJobsStorage__*` is where the host keeps its state and finds the queues: by identity, never by a key.
var hostSettings = [
  { name: 'AzureWebJobsStorage__blobServiceUri', value: privateBlobEndpoint }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: privateQueueEndpoint }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: appClientId }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insightsConnectionString }
  { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${appClientId};Authorization=AAD' }
]
// The host reads a body whole before it hands it on: larger than 1 MiB it refuses at once. The program takes forms of 64 KiB.
var hostLimits = [
  { name: 'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '1048576' }
]
var ownSettings = [
  { name: 'STORES', value: 'azure' }
  { name: 'COSMOS_ENDPOINT', value: cosmosEndpoint }
  { name: 'COSMOS_DATABASE', value: databaseName }
  { name: 'BLOB_ENDPOINT', value: mediaBlobEndpoint }
  { name: 'QUEUE_ENDPOINT', value: privateQueueEndpoint }
  { name: 'KEY_VAULT_ENDPOINT', value: vaultUri }
  { name: 'AZURE_CLIENT_ID', value: appClientId }
  { name: 'ERASURE_CLIENT_ID', value: erasureClientId }
  { name: 'PUBLIC_ORIGIN', value: publicOrigin }
  { name: 'STORAGE_ORIGIN', value: substring(mediaBlobEndpoint, 0, length(mediaBlobEndpoint) - 1) }
  { name: 'STAFF_ISSUER', value: staffIssuer }
  { name: 'STAFF_AUDIENCE', value: staffAudience }
  { name: 'STAFF_CLIENT_ID', value: staffClientId }
  { name: 'STAFF_SCOPE', value: staffScope }
  { name: 'OPERATOR_NAME', value: operator.name }
  { name: 'OPERATOR_ADDRESS', value: operator.address }
  { name: 'OPERATOR_COMPANY_NUMBER', value: operator.companyNumber }
  { name: 'OPERATOR_CONTACT', value: operator.contact }
  { name: 'OPERATOR_PHONE', value: operator.phone }
  { name: 'OPERATOR_OFFICER', value: operator.officer }
  { name: 'DEPLOYMENT', value: deployment }
  { name: 'SCANNING', value: 'required' }
  { name: 'STAFF_LOCK_MINUTES', value: '15' }
  { name: 'SEARCHES_A_MINUTE', value: '60' }
  { name: 'SEARCHES_AN_HOUR', value: '600' }
]
var azureTextSettings = [
  { name: 'ACS_ENDPOINT', value: communicationEndpoint }
  { name: 'ACS_SENDER', value: smsSender }
]
var notifySettings = [
  { name: 'NOTIFY_ORIGIN', value: 'https://api.notifications.service.gov.uk' }
]
// Besides the firewall only the app itself: its host asks it to take up its triggers.
var firewallOnly = [
  { name: 'web-firewall', priority: 100, action: 'Allow', vnetSubnetResourceId: webFirewallSubnetId }
  { name: 'the-app-itself', priority: 110, action: 'Allow', vnetSubnetResourceId: appSubnetId }
]
var ready = [{ name: 'http', instanceCount: alwaysReadyInstances }]

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  // checkov:skip=CKV_AZURE_17: Patients' phones have no certificate, and asking for one would stop them
  // checkov:skip=CKV_AZURE_222: Patients and staff open the pages from anywhere; every call is checked by the program
  // checkov:skip=CKV_AZURE_212: Flex Consumption sets the number of instances itself
  // checkov:skip=CKV_AZURE_78: Flex Consumption has no FTP and refuses `ftpsState`; its password is off below all the same
  name: appName
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${appIdentityId}': {}, '${erasureIdentityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientCertEnabled: false
    keyVaultReferenceIdentity: appIdentityId
    virtualNetworkSubnetId: appSubnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      remoteDebuggingEnabled: false
      healthCheckPath: '/'
      ipSecurityRestrictions: empty(webFirewallSubnetId) ? [] : firewallOnly
      ipSecurityRestrictionsDefaultAction: empty(webFirewallSubnetId) ? 'Allow' : 'Deny'
      // Publishing takes an Entra token, and goes past the firewall.
      scmIpSecurityRestrictionsUseMain: false
      // The pages come from the app itself: no other origin calls it.
      cors: { allowedOrigins: [publicOrigin], supportCredentials: false }
      appSettings: concat(hostSettings, hostLimits, ownSettings, usesAzureTexts ? azureTextSettings : [], usesGovUkNotify ? notifySettings : [])
    }
    functionAppConfig: {
      // Azure stores what it is given; `custom` has one version, and another name lets the host never start.
      runtime: { name: 'custom', version: '1.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${privateBlobEndpoint}${packageContainerName}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: appIdentityId }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 512
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances == 0 ? [] : ready
        triggers: { http: { perInstanceConcurrency: 32 } }
      }
    }
  }
}

// Publishing takes an Entra token; user names and passwords do not work (R50).
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noPublishingPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

resource appLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
