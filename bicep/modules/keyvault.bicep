// Keys that encrypt what is stored, and secrets that links are made from (R57, R59). One key an account, so that a
// key taken away closes one store only. Secrets are put in by deploy.sh: a template would keep them in its history.

@description('Where the vault stands.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the vault.')
param vaultName string

@description('Log Analytics workspace that takes the logs.')
param workspaceId string

@description('Subnet of the private endpoints.')
param endpointSubnetId string

@description('Private names of Key Vault.')
param vaultZoneId string

@description('Object id of the identity by which storage and database reach their keys.')
param encryptionPrincipalId string

var keyNames = ['private-storage', 'media-storage', 'documents']
// Key Vault Crypto Service Encryption User: wraps and unwraps, reads nothing else.
var encryptionUser = 'e147488a-f6f5-4113-8e2d-b22465e65bf6'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'premium' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: 'Disabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny' }
  }
}

// Azure makes a key that is not there and leaves one that is: a later change of the rotation policy is made by rotate-keys.sh.
resource keys 'Microsoft.KeyVault/vaults/keys@2024-11-01' = [for keyName in keyNames: {
  parent: vault
  name: keyName
  tags: tags
  properties: {
    kty: 'RSA-HSM'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
    rotationPolicy: {
      attributes: { expiryTime: 'P2Y' }
      lifetimeActions: [
        { action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P1Y' } }
        { action: { type: 'notify' }, trigger: { timeBeforeExpiry: 'P30D' } }
      ]
    }
  }
}]

resource wrapsKeys 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (keyName, i) in keyNames: {
  name: guid(keys[i].id, encryptionPrincipalId, encryptionUser)
  scope: keys[i]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', encryptionUser)
    principalId: encryptionPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Stores wrap and unwrap their data keys with this key'
  }
}]

resource vaultLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ categoryGroup: 'audit', enabled: true }, { categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: 'pe-${vaultName}'
  location: location
  tags: tags
  properties: {
    subnet: { id: endpointSubnetId }
    privateLinkServiceConnections: [{ name: 'vault', properties: { privateLinkServiceId: vault.id, groupIds: ['vault'] } }]
  }
}

resource endpointNames 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: 'vault', properties: { privateDnsZoneId: vaultZoneId } }]
  }
}

@description('Name of the vault.')
output vaultName string = vault.name

@description('Where the app asks for secrets.')
output vaultUri string = vault.properties.vaultUri

@description('Key of the private storage account.')
output privateKeyName string = keys[0].name

@description('Key of the media storage account.')
output mediaKeyName string = keys[1].name

@description('Key of the database, without a version, so that a rotated one is taken up.')
output documentsKeyUri string = '${vault.properties.vaultUri}keys/${keys[2].name}'
