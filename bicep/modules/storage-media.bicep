// The account that phones send pictures to and staff read them from, by signatures of minutes over one blob each: no
// keys, no anonymous access, nothing to list (R7, R50, R55). A signature does not pass a firewall, so this account has none.

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

@description('Origin of the pages: the one origin from which a browser may send and read.')
param pageOrigin string

// The program's own names; a test compares them with its sources.
var containerNames = ['incoming', 'records']
// Names in these logs are random ids; signatures are cut out by Azure.
var accesses = [{ category: 'StorageRead', enabled: true }, { category: 'StorageWrite', enabled: true }, { category: 'StorageDelete', enabled: true }]

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  // checkov:skip=CKV_AZURE_35: Phones send pictures here from any network; the lock is a signature for one blob, 15 minutes long
  // checkov:skip=CKV_AZURE_59: As above: a signature does not pass a firewall
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
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
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
    deleteRetentionPolicy: { enabled: true, days: 14, allowPermanentDelete: true }
    containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    cors: {
      corsRules: [
        {
          allowedOrigins: [pageOrigin]
          allowedMethods: ['GET', 'HEAD', 'PUT', 'OPTIONS']
          allowedHeaders: ['content-type', 'content-md5', 'x-ms-blob-type', 'x-ms-blob-content-type', 'x-ms-version', 'if-none-match', 'range']
          exposedHeaders: ['etag', 'content-length', 'content-range', 'x-ms-request-id', 'x-ms-error-code']
          maxAgeInSeconds: 600
        }
      ]
    }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [for containerName in containerNames: {
  parent: blobs
  name: containerName
  properties: { publicAccess: 'None' }
}]

// Nothing uses queues, files and tables here. They are there with every account, so a use would be logged.
resource messages 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

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

// A second net under erasure, which removes every version itself the same night.
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
            filters: { blobTypes: ['blockBlob'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }
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
