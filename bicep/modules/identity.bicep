// Who acts: the app, its erasures and encryption are three identities, so that what reads pictures cannot
// destroy their last copy and neither can touch the keys (R50). What each may do stands in roles.bicep.

@description('Where the identities stand.')
param location string

@description('Tags of every resource.')
param tags object

@description('What the identities are called after.')
param namePrefix string

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${namePrefix}-app'
  location: location
  tags: tags
}

resource erasure 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${namePrefix}-erasure'
  location: location
  tags: tags
}

resource encryption 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${namePrefix}-encryption'
  location: location
  tags: tags
}

@description('Resource id of the app\'s identity.')
output appIdentityId string = app.id

@description('Object id of the app\'s identity, for roles.')
output appPrincipalId string = app.properties.principalId

@description('Client id of the app\'s identity, for its settings.')
output appClientId string = app.properties.clientId

@description('Resource id of the identity that erases for good.')
output erasureIdentityId string = erasure.id

@description('Object id of the identity that erases for good.')
output erasurePrincipalId string = erasure.properties.principalId

@description('Client id of the identity that erases for good.')
output erasureClientId string = erasure.properties.clientId

@description('Resource id of the identity by which storage and database reach their keys.')
output encryptionIdentityId string = encryption.id

@description('Object id of that identity.')
output encryptionPrincipalId string = encryption.properties.principalId
