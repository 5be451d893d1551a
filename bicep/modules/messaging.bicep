// What carries words: texts to patients, and the topics that say "a picture arrived", "it is clean" and, where that is
// wanted, "the text arrived". Their subscriptions stand in events.bicep, because they need roles first.

@description('Where the topics stand.')
param location string

@description('Tags of every resource.')
param tags object

@description('What the resources are called after.')
param namePrefix string

@description('Makes names unique in the world.')
param suffix string

@description('Account that phones send pictures to.')
param mediaAccountName string

@description('True where texts go through Azure Communication Services.')
param usesAzureTexts bool

@description('True where Event Grid says what became of texts.')
param takesTextReports bool

@description('Log Analytics workspace that takes the logs.')
param workspaceId string

var communicationName = 'acs-${namePrefix}-${suffix}'

resource media 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: mediaAccountName
}

// `location` is always global here; the data stay where dataLocation says (R150).
resource communication 'Microsoft.Communication/communicationServices@2025-05-01' = if (usesAzureTexts) {
  name: communicationName
  location: 'global'
  tags: tags
  properties: {
    dataLocation: 'UK'
    disableLocalAuth: true
  }
}

resource communicationLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (usesAzureTexts) {
  name: 'to-workspace'
  scope: communication
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource arrivals 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-${namePrefix}-arrivals'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: media.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource arrivalsLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: arrivals
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

// Azure has no other place than `global` for this topic; main.bicep says what that means.
resource reports 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (takesTextReports) {
  name: 'evgt-${namePrefix}-reports'
  location: 'global'
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: communication.id
    topicType: 'Microsoft.Communication.CommunicationServices'
  }
}

resource reportsLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (takesTextReports) {
  name: 'to-workspace'
  scope: reports
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

// Defender writes to it as a trusted service; nobody else can.
resource verdicts 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: 'evgt-${namePrefix}-verdicts-${suffix}'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    inputSchema: 'EventGridSchema'
    minimumTlsVersionAllowed: '1.2'
    disableLocalAuth: true
    publicNetworkAccess: 'Disabled'
    dataResidencyBoundary: 'WithinRegion'
  }
}

resource verdictsLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: verdicts
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of Communication Services.')
output communicationName string = communicationName

@description('Where texts are handed in; empty where another provider is used.')
output communicationEndpoint string = usesAzureTexts ? 'https://${communication.?properties.hostName}' : ''

@description('Topic of pictures that arrived.')
output arrivalsTopicName string = arrivals.name

@description('Object id of that topic, for roles.')
output arrivalsPrincipalId string = arrivals.identity.principalId

@description('Topic of scan verdicts.')
output verdictsTopicName string = verdicts.name

@description('Object id of that topic, for roles.')
output verdictsPrincipalId string = verdicts.identity.principalId

@description('Topic of what became of texts.')
output reportsTopicName string = 'evgt-${namePrefix}-reports'

@description('Object id of that topic, for roles; empty where it is not wanted.')
output reportsPrincipalId string = takesTextReports ? (reports.?identity.principalId ?? '') : ''
