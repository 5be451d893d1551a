// Documents: one database, five containers, each with the key and the indexes of its queries. Backups go back seven
// days and no further, because a backup is a copy that erasure cannot reach (R49, R67).

@description('Where the account stands.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the account.')
param accountName string

@description('Identity by which the account reaches its key.')
param encryptionIdentityId string

@description('The key, without a version, so that a rotated one is taken up.')
param keyUri string

@description('Log Analytics workspace that takes the logs.')
param workspaceId string

@description('Subnet of the private endpoints.')
param endpointSubnetId string

@description('Private names of Cosmos DB.')
param documentsZoneId string

// The program's own names; a test compares them with its sources. `id` is always indexed; beside the partition, every
// other index is one that a query asks for. A document is kept as { id, partition, body }. No container has a time to live: what goes, goes by a decision that leaves a tombstone.
var containers = [
  {
    name: 'patients'
    partitionKey: '/patient'
    indexed: [{ path: '/patient/?' }, { path: '/body/request/?' }, { path: '/body/team/?' }]
  }
  {
    name: 'register'
    partitionKey: '/controller'
    indexed: [{ path: '/controller/?' }, { path: '/body/familyKey/?' }, { path: '/body/dateOfBirth/?' }]
  }
  {
    name: 'links'
    partitionKey: '/id'
    indexed: []
  }
  {
    name: 'inbox'
    partitionKey: '/team'
    indexed: [{ path: '/team/?' }, { path: '/body/patient/?' }]
  }
  {
    name: 'ledger'
    partitionKey: '/bucket'
    indexed: [{ path: '/bucket/?' }]
  }
]

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  name: accountName
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${encryptionIdentityId}': {} }
  }
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: [{ name: 'EnableServerless' }]
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: true }]
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: 'Disabled'
    networkAclBypass: 'None'
    isVirtualNetworkFilterEnabled: true
    enableAutomaticFailover: false
    enableMultipleWriteLocations: false
    enableAnalyticalStorage: false
    keyVaultKeyUri: keyUri
    defaultIdentity: 'UserAssignedIdentity=${encryptionIdentityId}'
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: 'Continuous7Days' }
    }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-04-15' = {
  parent: account
  name: 'aftersight'
  properties: {
    resource: { id: 'aftersight' }
  }
}

resource collections 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-04-15' = [for container in containers: {
  parent: database
  name: container.name
  properties: {
    resource: {
      id: container.name
      partitionKey: { paths: [container.partitionKey], kind: 'Hash', version: 2 }
      indexingPolicy: {
        automatic: true
        indexingMode: 'consistent'
        includedPaths: container.indexed
        excludedPaths: [{ path: '/*' }]
      }
    }
  }
}]

resource accountLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ category: 'DataPlaneRequests', enabled: true }, { category: 'ControlPlaneRequests', enabled: true }]
    metrics: [{ category: 'Requests', enabled: true }]
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: 'pe-${accountName}'
  location: location
  tags: tags
  properties: {
    subnet: { id: endpointSubnetId }
    privateLinkServiceConnections: [{ name: 'sql', properties: { privateLinkServiceId: account.id, groupIds: ['Sql'] } }]
  }
}

resource endpointNames 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: 'documents', properties: { privateDnsZoneId: documentsZoneId } }]
  }
}

@description('Name of the account.')
output accountName string = account.name

@description('Where the app asks for documents.')
output endpoint string = account.properties.documentEndpoint

@description('Name of the database.')
output databaseName string = database.name
