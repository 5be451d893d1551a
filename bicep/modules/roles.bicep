// Who may do what, all of it (R50). Every assignment is named by guid(scope, principal, role), goes to one identity and
// stops at the smallest scope that works. infra/README.md shows this file as a table; a test compares the two.

@description('Object id of the app\'s identity.')
param appPrincipalId string

@description('Object id of the identity that erases for good.')
param erasurePrincipalId string

@description('Object id of the topic of pictures that arrived.')
param arrivalsPrincipalId string

@description('Object id of the topic of scan verdicts.')
param verdictsPrincipalId string

@description('Object id of the topic of what became of texts.')
param reportsPrincipalId string

@description('Account of queues, host state, package and audit.')
param privateAccountName string

@description('Account that phones send pictures to.')
param mediaAccountName string

@description('Cosmos DB account.')
param cosmosAccountName string

@description('Database in it.')
param databaseName string

@description('Key Vault.')
param vaultName string

@description('Application Insights.')
param insightsName string

@description('Communication Services.')
param communicationName string

@description('True where texts go through Azure Communication Services.')
param usesAzureTexts bool

@description('True where Event Grid says what became of texts.')
param takesTextReports bool

// Built-in roles: their ids are the same in every tenant.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var blobDelegator = 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var queueMessageSender = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
var vaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var communicationOwner = '09976791-48a7-449e-bb21-39d1a415f350'
var cosmosDataContributor = '00000000-0000-0000-0000-000000000002'

// The host's role reaches the whole account; the audit trail in it is nobody's to remove.
var exceptAudit = '((!(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete\'}) AND !(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/deleteBlobVersion/action\'})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringNotEquals \'audit\'))'

resource privateAccount 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: privateAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource deadLetters 'containers' existing = {
      name: 'event-dead-letters'
    }
  }

  resource messages 'queueServices' existing = {
    name: 'default'

    resource uploads 'queues' existing = {
      name: 'uploads'
    }

    resource sms 'queues' existing = {
      name: 'sms'
    }
  }
}

resource mediaAccount 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: mediaAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource incoming 'containers' existing = {
      name: 'incoming'
    }

    resource records 'containers' existing = {
      name: 'records'
    }
  }
}

resource cosmosAccount 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' existing = {
  name: cosmosAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource communication 'Microsoft.Communication/communicationServices@2025-05-01' existing = {
  name: communicationName
}

// Azure's own roles for blobs cannot delete for good without owning everything; this one can do that and nothing else. Its name is
// unique in the tenant, which may have a trial in another subscription.
resource erasesForGood 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'erases-for-good')
  properties: {
    roleName: 'Aftersight: erases blobs for good (${resourceGroup().name}, ${uniqueString(resourceGroup().id)})'
    description: 'Finds a blob with its versions and snapshots and deletes all of them permanently'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/deleteBlobVersion/action'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/permanentDelete/action'
        ]
        notDataActions: []
      }
    ]
  }
}

// Defender writes its verdict as a tag of the blob; the contributor's role does not read tags.
resource readsVerdicts 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'reads-verdicts')
  properties: {
    roleName: 'Aftersight: reads scan verdicts (${resourceGroup().name}, ${uniqueString(resourceGroup().id)})'
    description: 'Reads the tags of a blob, where Defender leaves its verdict'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags/read']
        notDataActions: []
      }
    ]
  }
}

// The app: the host's own storage.

resource appOwnsHostState 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(privateAccount.id, appPrincipalId, blobDataOwner)
  scope: privateAccount
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataOwner)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The host keeps locks, timers, keys and the package here'
    condition: exceptAudit
    conditionVersion: '2.0'
  }
}

resource appUsesQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(privateAccount.id, appPrincipalId, queueDataContributor)
  scope: privateAccount
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueDataContributor)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The app puts and takes messages'
  }
}

// The app: pictures, documents, secrets, telemetry, texts.

resource appFilesIncoming 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount::blobs::incoming.id, appPrincipalId, blobDataContributor)
  scope: mediaAccount::blobs::incoming
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The app reads what arrived; its signatures for phones can do no more than it can'
  }
}

resource appReadsVerdicts 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount::blobs::incoming.id, appPrincipalId, readsVerdicts.name)
  scope: mediaAccount::blobs::incoming
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readsVerdicts.name)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The app asks whether an upload is clean'
  }
}

resource appFilesRecords 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount::blobs::records.id, appPrincipalId, blobDataContributor)
  scope: mediaAccount::blobs::records
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The app files clean pictures and signs looks at them'
  }
}

resource appSigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount.id, appPrincipalId, blobDelegator)
  scope: mediaAccount
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDelegator)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The app asks for the key that signs uploads and looks'
  }
}

resource appUsesDocuments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-04-15' = {
  parent: cosmosAccount
  name: guid(cosmosAccount.id, databaseName, appPrincipalId, cosmosDataContributor)
  properties: {
    roleDefinitionId: '${cosmosAccount.id}/sqlRoleDefinitions/${cosmosDataContributor}'
    principalId: appPrincipalId
    scope: '${cosmosAccount.id}/dbs/${databaseName}'
  }
}

resource appReadsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appPrincipalId, vaultSecretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', vaultSecretsUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The app reads the keys that links and reservations are made from'
  }
}

resource appSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appPrincipalId, metricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The host sends logs and metrics'
  }
}

resource appSendsTexts 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (usesAzureTexts) {
  name: guid(communication.id, appPrincipalId, communicationOwner)
  scope: communication
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', communicationOwner)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The app sends texts and asks what became of them; Azure has no narrower role'
  }
}

// Erasure: the only identity that can destroy the last copy of a picture, and it can do nothing else.

resource erasesIncoming 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount::blobs::incoming.id, erasurePrincipalId, erasesForGood.name)
  scope: mediaAccount::blobs::incoming
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', erasesForGood.name)
    principalId: erasurePrincipalId
    principalType: 'ServicePrincipal'
    description: 'Erasure removes every version and copy of what arrived'
  }
}

resource erasesRecords 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mediaAccount::blobs::records.id, erasurePrincipalId, erasesForGood.name)
  scope: mediaAccount::blobs::records
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', erasesForGood.name)
    principalId: erasurePrincipalId
    principalType: 'ServicePrincipal'
    description: 'Erasure removes every version and copy of a picture'
  }
}

// The topics: each puts messages on one queue, and what it could not deliver about pictures in one container.

resource arrivalsTell 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(privateAccount::messages::uploads.id, arrivalsPrincipalId, queueMessageSender)
  scope: privateAccount::messages::uploads
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueMessageSender)
    principalId: arrivalsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Event Grid tells the app of pictures that arrived'
  }
}

resource arrivalsKeepLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(privateAccount::blobs::deadLetters.id, arrivalsPrincipalId, blobDataContributor)
  scope: privateAccount::blobs::deadLetters
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: arrivalsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Event Grid keeps what it could not deliver'
  }
}

resource verdictsTell 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(privateAccount::messages::uploads.id, verdictsPrincipalId, queueMessageSender)
  scope: privateAccount::messages::uploads
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueMessageSender)
    principalId: verdictsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Event Grid tells the app of scan verdicts'
  }
}

resource verdictsKeepLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(privateAccount::blobs::deadLetters.id, verdictsPrincipalId, blobDataContributor)
  scope: privateAccount::blobs::deadLetters
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: verdictsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Event Grid keeps what it could not deliver'
  }
}

resource reportsTell 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (takesTextReports) {
  name: guid(privateAccount::messages::sms.id, reportsPrincipalId, queueMessageSender)
  scope: privateAccount::messages::sms
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueMessageSender)
    principalId: reportsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Event Grid tells the app what became of texts'
  }
}
