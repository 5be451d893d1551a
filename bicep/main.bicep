// Everything that Aftersight is on Azure, as a parts list: one resource group, one module a family of
// resources, in the order in which they need each other. `infra/README.md` says which requirement each meets.
targetScope = 'subscription'

@description('What the resources are called after.')
@minLength(3)
@maxLength(12)
param name string = 'aftersight'

@description('Which of the hospital\'s environments this is.')
@allowed(['dev', 'prod'])
param environmentName string

@description('UK South, the UK region that has zones and Flex Consumption. Replicas stand in UK West, by themselves (R149).')
@allowed(['uksouth'])
param location string = 'uksouth'

@description('`trial` takes made-up numbers only; `production` never does.')
@allowed(['trial', 'production'])
param deployment string

@description('Origin of the pages, such as https://photos.example.org; links in texts are made from it. Empty: the app\'s own address on Azure.')
param publicOrigin string = ''

@description('OpenID Connect issuer of staff tokens: the Entra tenant of the subscription, unless another is named.')
param staffIssuer string = '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'

@description('What the staff pages are called at that issuer. Entra ID: the application (client) id.')
@minLength(1)
param staffClientId string

@description('Audience that staff tokens must name. Entra ID: the client id again, for so its tokens of version 2.0 say it, and never api://….')
@minLength(1)
param staffAudience string = staffClientId

@description('What the staff pages ask the issuer for. Pages and API are one registration, and Entra ID renews its token only where the scope begins with the client id.')
@minLength(1)
param staffScope string = 'openid offline_access ${staffClientId}/staff'

@description('Who runs the service, shown below every page: name, address, companyNumber, contact, phone, officer.')
param operator object

@description('True where texts go through Azure Communication Services.')
param usesAzureTexts bool

@description('Sender that phones show for texts through Azure Communication Services: up to 11 letters and digits.')
@maxLength(11)
param smsSender string = 'CareTeam'

@description('True where texts go through GOV.UK Notify.')
param usesGovUkNotify bool

@description('True where Event Grid may say what became of texts through Azure. Its topic for them is global and may keep the mobile number in any of Microsoft\'s data centres (R150). False: nobody learns whether such a text arrived.')
param textReportsMayLeaveUk bool = false

@description('Address of who is told when something is wrong.')
@minLength(6)
param alertEmail string

@description('Pounds a month after which somebody is told. Nothing is stopped.')
@minValue(1)
param monthlyBudget int

@description('First day of the month from which the budget counts. It cannot be changed later.')
param budgetStart string

@description('Days that logs are kept. They hold random ids, never a person.')
@minValue(30)
@maxValue(730)
param logRetentionDays int

@description('Days that an entry of the audit container cannot be changed or removed. 2922 are the eight years of a record.')
@minValue(1)
@maxValue(146000)
param auditRetentionDays int

@description('True once the audit policy is locked: a locked one refuses to be deployed again. deploy.sh looks it up.')
param auditIsLocked bool

@description('Gigabytes a month that Defender scans. What is over is not scanned, and what is not scanned is not filed.')
@minValue(1)
param scanCapGigabytes int

@description('HTTP instances that stand ready: 0, or at least 2 so that two zones have one.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int

@description('Most instances of the app at once.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Resource id of the subnet of a web firewall that stands before the app: then nobody else reaches it (infra/README.md). Empty: everybody does.')
param webFirewallSubnetId string = ''

@description('SHA-256 of the package that the app runs now, kept as a tag. deploy.sh looks it up, so that a deployment does not forget it.')
param packageSha256 string = ''

var groupName = 'rg-${name}-${environmentName}'
var suffix = uniqueString(subscription().id, groupName)
var appName = '${name}-${environmentName}-${suffix}'
var origin = empty(publicOrigin) ? 'https://${appName}.azurewebsites.net' : publicOrigin
var signsInWithEntra = startsWith(staffIssuer, environment().authentication.loginEndpoint)
var takesTextReports = usesAzureTexts && textReportsMayLeaveUk
var tags = { service: name, environment: environmentName, 'data-class': 'patient-identifiable' }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupName
  location: location
  tags: tags
}

module governance 'modules/governance.bicep' = {
  name: 'governance'
  scope: group
  params: {
    alertEmail: alertEmail
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
  }
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    location: location
    tags: tags
    namePrefix: '${name}-${environmentName}'
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    namePrefix: '${name}-${environmentName}'
    alertEmail: alertEmail
    logRetentionDays: logRetentionDays
  }
}

module linkCodes 'modules/link-codes.bicep' = {
  name: 'link-codes'
  scope: group
  params: {
    location: location
    tags: tags
    namePrefix: '${name}-${environmentName}'
    logRetentionDays: logRetentionDays
  }
  dependsOn: [monitoring]
}

module network 'modules/network.bicep' = {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    namePrefix: '${name}-${environmentName}'
    workspaceId: monitoring.outputs.workspaceId
    usesAzureTexts: usesAzureTexts
    needsInternet: usesGovUkNotify || !signsInWithEntra
    callsItself: !empty(webFirewallSubnetId)
  }
}

module keyvault 'modules/keyvault.bicep' = {
  name: 'keyvault'
  scope: group
  params: {
    location: location
    tags: tags
    vaultName: 'kv-${suffix}'
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: network.outputs.endpointSubnetId
    vaultZoneId: network.outputs.vaultZoneId
    encryptionPrincipalId: identity.outputs.encryptionPrincipalId
  }
}

module privateStorage 'modules/storage-private.bicep' = {
  name: 'storage-private'
  scope: group
  params: {
    location: location
    tags: tags
    accountName: 'stprivate${suffix}'
    encryptionIdentityId: identity.outputs.encryptionIdentityId
    vaultUri: keyvault.outputs.vaultUri
    keyName: keyvault.outputs.privateKeyName
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: network.outputs.endpointSubnetId
    blobZoneId: network.outputs.blobZoneId
    queueZoneId: network.outputs.queueZoneId
    auditRetentionDays: auditRetentionDays
    auditIsLocked: auditIsLocked
  }
}

module mediaStorage 'modules/storage-media.bicep' = {
  name: 'storage-media'
  scope: group
  params: {
    location: location
    tags: tags
    accountName: 'stmedia${suffix}'
    encryptionIdentityId: identity.outputs.encryptionIdentityId
    vaultUri: keyvault.outputs.vaultUri
    keyName: keyvault.outputs.mediaKeyName
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: network.outputs.endpointSubnetId
    blobZoneId: network.outputs.blobZoneId
    pageOrigin: origin
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
  params: {
    location: location
    tags: tags
    accountName: 'cosmos-${name}-${environmentName}-${suffix}'
    encryptionIdentityId: identity.outputs.encryptionIdentityId
    keyUri: keyvault.outputs.documentsKeyUri
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: network.outputs.endpointSubnetId
    documentsZoneId: network.outputs.documentsZoneId
  }
  // Where the role on the keys is not known yet, these fail first, and can be tried again. A database whose first making failed cannot.
  dependsOn: [privateStorage, mediaStorage]
}

module messaging 'modules/messaging.bicep' = {
  name: 'messaging'
  scope: group
  params: {
    location: location
    tags: tags
    namePrefix: '${name}-${environmentName}'
    suffix: suffix
    mediaAccountName: mediaStorage.outputs.accountName
    usesAzureTexts: usesAzureTexts
    takesTextReports: takesTextReports
    workspaceId: monitoring.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    appPrincipalId: identity.outputs.appPrincipalId
    erasurePrincipalId: identity.outputs.erasurePrincipalId
    arrivalsPrincipalId: messaging.outputs.arrivalsPrincipalId
    verdictsPrincipalId: messaging.outputs.verdictsPrincipalId
    reportsPrincipalId: messaging.outputs.reportsPrincipalId
    privateAccountName: privateStorage.outputs.accountName
    mediaAccountName: mediaStorage.outputs.accountName
    cosmosAccountName: cosmos.outputs.accountName
    databaseName: cosmos.outputs.databaseName
    vaultName: keyvault.outputs.vaultName
    insightsName: monitoring.outputs.insightsName
    communicationName: messaging.outputs.communicationName
    usesAzureTexts: usesAzureTexts
    takesTextReports: takesTextReports
  }
}

module events 'modules/events.bicep' = {
  name: 'events'
  scope: group
  params: {
    mediaAccountName: mediaStorage.outputs.accountName
    privateAccountName: privateStorage.outputs.accountName
    arrivalsTopicName: messaging.outputs.arrivalsTopicName
    verdictsTopicName: messaging.outputs.verdictsTopicName
    reportsTopicName: messaging.outputs.reportsTopicName
    takesTextReports: takesTextReports
    scanCapGigabytes: scanCapGigabytes
    workspaceId: monitoring.outputs.workspaceId
  }
  // Event Grid tries the queue when a subscription is made: its roles have to stand by then.
  dependsOn: [roles]
}

module function 'modules/function.bicep' = {
  name: 'function'
  scope: group
  params: {
    location: location
    tags: union(tags, { package: packageSha256 })
    appName: appName
    planName: 'plan-${name}-${environmentName}'
    appIdentityId: identity.outputs.appIdentityId
    appClientId: identity.outputs.appClientId
    erasureIdentityId: identity.outputs.erasureIdentityId
    erasureClientId: identity.outputs.erasureClientId
    appSubnetId: network.outputs.appSubnetId
    webFirewallSubnetId: webFirewallSubnetId
    workspaceId: monitoring.outputs.workspaceId
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    privateBlobEndpoint: privateStorage.outputs.blobEndpoint
    privateQueueEndpoint: privateStorage.outputs.queueEndpoint
    packageContainerName: privateStorage.outputs.packageContainerName
    mediaBlobEndpoint: mediaStorage.outputs.blobEndpoint
    cosmosEndpoint: cosmos.outputs.endpoint
    databaseName: cosmos.outputs.databaseName
    vaultUri: keyvault.outputs.vaultUri
    publicOrigin: origin
    staffIssuer: staffIssuer
    staffAudience: staffAudience
    staffClientId: staffClientId
    staffScope: staffScope
    operator: operator
    deployment: deployment
    communicationEndpoint: messaging.outputs.communicationEndpoint
    usesAzureTexts: usesAzureTexts
    smsSender: smsSender
    usesGovUkNotify: usesGovUkNotify
    alwaysReadyInstances: alwaysReadyInstances
    maximumInstances: maximumInstances
  }
  // The host reads its storage as soon as it starts.
  dependsOn: [roles]
}

@description('Resource group that holds all of it.')
output resourceGroupName string = group.name

@description('The Function App.')
output functionAppName string = appName

@description('Where patients and staff open the pages.')
output publicOrigin string = origin

@description('Storage account without a public face: queues, the host\'s own state, the package, the audit trail.')
output privateAccountName string = privateStorage.outputs.accountName

@description('Storage account that phones send pictures to.')
output mediaAccountName string = mediaStorage.outputs.accountName

@description('Its blobs.')
output mediaEndpoint string = mediaStorage.outputs.blobEndpoint

@description('Cosmos DB account.')
output cosmosAccountName string = cosmos.outputs.accountName

@description('Where documents are asked for.')
output cosmosEndpoint string = cosmos.outputs.endpoint

@description('Database in it.')
output databaseName string = cosmos.outputs.databaseName

@description('Key Vault.')
output vaultName string = keyvault.outputs.vaultName

@description('Where its keys and secrets are asked for.')
output vaultUri string = keyvault.outputs.vaultUri

@description('Log Analytics workspace.')
output workspaceName string = monitoring.outputs.workspaceName
