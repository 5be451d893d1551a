// "A picture arrived" and "it is clean" become messages on the queue `uploads`, "the text arrived" on `sms`. All come by
// the topics' own identities, without a key or a secret in a URL; what cannot be delivered about a picture is kept, and
// somebody is told (see monitoring.bicep).

@description('Account that phones send pictures to.')
param mediaAccountName string

@description('Account of the queue.')
param privateAccountName string

@description('Topic of pictures that arrived.')
param arrivalsTopicName string

@description('Topic of scan verdicts.')
param verdictsTopicName string

@description('Topic of what became of texts.')
param reportsTopicName string

@description('True where Event Grid says what became of texts.')
param takesTextReports bool

@description('Gigabytes a month that Defender scans.')
param scanCapGigabytes int

@description('Log Analytics workspace that takes the logs.')
param workspaceId string

resource media 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: mediaAccountName
}

resource privateAccount 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: privateAccountName
}

resource arrivals 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: arrivalsTopicName
}

resource verdicts 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: verdictsTopicName
}

resource reports 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: reportsTopicName
}

var toUploads = {
  identity: { type: 'SystemAssigned' }
  destination: {
    endpointType: 'StorageQueue'
    properties: { resourceId: privateAccount.id, queueName: 'uploads', queueMessageTimeToLiveInSeconds: 604800 }
  }
}
var toDeadLetters = {
  identity: { type: 'SystemAssigned' }
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: { resourceId: privateAccount.id, blobContainerName: 'event-dead-letters' }
  }
}

resource arrivalsToUploads 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: arrivals
  name: 'arrivals-to-uploads'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    deliveryWithResourceIdentity: toUploads
    deadLetterWithResourceIdentity: toDeadLetters
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      subjectBeginsWith: '/blobServices/default/containers/incoming/'
      advancedFilters: [{ operatorType: 'StringIn', key: 'data.api', values: ['PutBlob', 'PutBlockList'] }]
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
  }
}

resource verdictsToUploads 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: verdicts
  name: 'verdicts-to-uploads'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    deliveryWithResourceIdentity: toUploads
    deadLetterWithResourceIdentity: toDeadLetters
    filter: {
      includedEventTypes: ['Microsoft.Security.MalwareScanningResult']
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
  }
}

// A report names the number. So one that cannot be delivered is dropped, and no copy of it lies where erasure does not look.
resource reportsToSms 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = if (takesTextReports) {
  parent: reports
  name: 'reports-to-sms'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    deliveryWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      destination: {
        endpointType: 'StorageQueue'
        properties: { resourceId: privateAccount.id, queueName: 'sms', queueMessageTimeToLiveInSeconds: 604800 }
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Communication.SMSDeliveryReportReceived']
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
  }
}

// Its verdict is also left as a tag of the blob, which the reconciler reads where an event was lost.
resource scanning 'Microsoft.Security/defenderForStorageSettings@2025-06-01' = {
  name: 'current'
  scope: media
  properties: {
    isEnabled: true
    overrideSubscriptionLevelSettings: true
    malwareScanning: {
      // `records` holds what was scanned on its way in: scanning our own copies would cost as much again. What is larger than the
      // largest picture (bytes) is refused by its size and never filed, so nobody can spend the month's scans on it.
      onUpload: { isEnabled: true, capGBPerMonth: scanCapGigabytes, filters: { excludeBlobsWithPrefix: ['records/'], excludeBlobsLargerThan: 26214400 } }
      blobScanResultsOptions: 'blobIndexTags'
      scanResultsEventGridTopicResourceId: verdicts.id
    }
    sensitiveDataDiscovery: { isEnabled: false }
  }
}

resource scanningLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: scanning
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ScanResults', enabled: true }]
  }
}
