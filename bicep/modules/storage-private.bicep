// The account without a public face: queues, the host's own state, the package, and the audit trail that nobody can
// change before its time (R49, R50, R58). The app reaches it through private endpoints.

@description('Where the account stands.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the account.')
param accountName string

@description('Identity by which the account reaches its key.')
param encryptionIdentityId string

@description('Vault of the key.')
param vaultUri string

@description('The key; without a version, so that a rotated one is taken up within a day.')
param keyName string

@description('Log Analytics workspace that takes the logs.')
param workspaceId string

@description('Subnet of the private endpoints.')
param endpointSubnetId string

@description('Private names of blob storage.')
param blobZoneId string

@description('Private names of queue storage.')
param queueZoneId string

@description('Days that an entry of the audit container cannot be changed or removed.')
param auditRetentionDays int

@description('True once the audit policy is locked: a locked one refuses to be deployed again.')
param auditIsLocked bool

// `azure-webjobs-*` are the host's: locks, timers' last runs, its keys.
var containerNames = ['app-package', 'event-dead-letters', 'azure-webjobs-hosts', 'azure-webjobs-secrets']
// The program's own names; a test compares them with its sources. The host moves to -poison what failed five times.
var queueNames = ['uploads', 'sms', 'erasures']
// Names in these logs are random ids; signatures are cut out by Azure.
var accesses = [{ category: 'StorageRead', enabled: true }, { category: 'StorageWrite', enabled: true }, { category: 'StorageDelete', enabled: true }]

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  // checkov:skip=CKV_AZURE_43: The name is a variable; infra/tests checks its letters and length
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_GZRS' }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${encryptionIdentityId}': {} }
  }
  properties: {
    accessTier: 'Hot'
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    isLocalUserEnabled: false
    isSftpEnabled: false
    publicNetworkAccess: 'Disabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny' }
    sasPolicy: { sasExpirationPeriod: '00.00:30:00', expirationAction: 'Block' }
    encryption: {
      keySource: 'Microsoft.Keyvault'
      requireInfrastructureEncryption: true
      identity: { userAssignedIdentity: encryptionIdentityId }
      keyvaultproperties: { keyvaulturi: vaultUri, keyname: keyName }
      services: {
        blob: { enabled: true, keyType: 'Account' }
        file: { enabled: true, keyType: 'Account' }
        queue: { enabled: true, keyType: 'Account' }
        table: { enabled: true, keyType: 'Account' }
      }
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    changeFeed: { enabled: true, retentionInDays: 30 }
    deleteRetentionPolicy: { enabled: true, days: 14 }
    containerDeleteRetentionPolicy: { enabled: true, days: 14 }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [for containerName in containerNames: {
  parent: blobs
  name: containerName
  properties: { publicAccess: 'None' }
}]

resource audit 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: 'audit'
  properties: { publicAccess: 'None' }
}

// Appended to, never changed. lock-audit.sh locks the policy in production, once; no template can.
resource auditPolicy 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-01-01' = if (!auditIsLocked) {
  parent: audit
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: auditRetentionDays
    allowProtectedAppendWrites: true
  }
}

resource messages 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [for queueName in queueNames: {
  parent: messages
  name: queueName
}]

resource poisonQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [for queueName in queueNames: {
  parent: messages
  name: '${queueName}-poison'
}]

// Nothing uses files and tables. They are there with every account, so a use would be logged.
resource files 'Microsoft.Storage/storageAccounts/fileServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource blobsLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: accesses
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource messagesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: messages
  properties: {
    workspaceId: workspaceId
    logs: accesses
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource filesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: files
  properties: {
    workspaceId: workspaceId
    logs: accesses
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource tablesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: tables
  properties: {
    workspaceId: workspaceId
    logs: accesses
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource blobEndpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: 'pe-${accountName}-blob'
  location: location
  tags: tags
  properties: {
    subnet: { id: endpointSubnetId }
    privateLinkServiceConnections: [{ name: 'blob', properties: { privateLinkServiceId: account.id, groupIds: ['blob'] } }]
  }
}

resource blobEndpointNames 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = {
  parent: blobEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: 'blob', properties: { privateDnsZoneId: blobZoneId } }]
  }
}

resource queueEndpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: 'pe-${accountName}-queue'
  location: location
  tags: tags
  properties: {
    subnet: { id: endpointSubnetId }
    privateLinkServiceConnections: [{ name: 'queue', properties: { privateLinkServiceId: account.id, groupIds: ['queue'] } }]
  }
}

resource queueEndpointNames 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = {
  parent: queueEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: 'queue', properties: { privateDnsZoneId: queueZoneId } }]
  }
}

// Old copies of the host's state and of packages go by themselves; what must stay is held by the audit policy.
resource tidy 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'old-versions-go'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['app-package', 'azure-webjobs-', 'event-dead-letters'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }
          }
        }
        {
          name: 'dead-letters-go'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['event-dead-letters'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 90 } } }
          }
        }
      ]
    }
  }
}

@description('Name of the account.')
output accountName string = account.name

@description('Where its blobs are.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Where its queues are.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Container of the app\'s package.')
output packageContainerName string = containerNames[0]
