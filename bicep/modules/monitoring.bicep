// Where logs go and who is told. Everything that can log writes to the one workspace; queries over it watch what a
// person has to know of the same day (R57, R148).

@description('Where the workspace stands.')
param location string

@description('Tags of every resource.')
param tags object

@description('What the resources are called after.')
param namePrefix string

@description('Who is told when something is wrong.')
param alertEmail string

@description('Days that logs are kept.')
param logRetentionDays int

// Names of functions and words of log lines are the program's own; a test compares them with its sources.
var watched = [
  {
    name: 'poison-queue-not-empty'
    description: 'A message failed five times. The team has a task in its inbox; an administrator should know why.'
    severity: 1
    query: 'StorageQueueLogs | where OperationName == "PutMessage" and Uri contains "-poison/messages"'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'event-not-delivered'
    description: 'Event Grid gave up on an event. The reconciler files the upload all the same within 15 minutes; the cause stays.'
    severity: 2
    query: 'StorageBlobLogs | where OperationName == "PutBlob" and ObjectKey contains "/event-dead-letters/"'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'erasure-late'
    description: 'No night of erasures has run through for 25 hours: records are kept longer than promised.'
    severity: 1
    // An app that is younger than a day has had no night yet.
    query: 'AppRequests | summarize since = min(TimeGenerated), nights = countif(Name == "expire-records" and Success == true and TimeGenerated > ago(25h)) | where since < ago(25h) and nights == 0 | extend TimeGenerated = now()'
    operator: 'GreaterThan'
    threshold: 0
    window: 'P2D'
    frequency: 'PT1H'
  }
  {
    name: 'timers-dead'
    description: 'The app answered within two days, and none of its quarter-hourly runs came through for an hour: timers are dead, or all of it is. Photos whose event was lost are not filed, and the next night may not come.'
    severity: 1
    query: 'AppRequests | summarize since = min(TimeGenerated), runs = countif(Name == "reconcile-uploads" and Success == true and TimeGenerated > ago(1h)) | where since < ago(2h) and runs == 0 | extend TimeGenerated = now()'
    operator: 'GreaterThan'
    threshold: 0
    window: 'P2D'
    frequency: 'PT15M'
  }
  {
    name: 'identity-checks-failing'
    description: 'More wrong names and dates of birth than people make: somebody may be guessing.'
    severity: 2
    query: 'AppRequests | where Name == "verify-identity" and ResultCode in ("401", "410", "429")'
    operator: 'GreaterThan'
    threshold: 30
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'server-errors'
    description: 'Patients or staff met an error of ours.'
    severity: 2
    query: 'AppRequests | where ResultCode startswith "5"'
    operator: 'GreaterThan'
    threshold: 5
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'operator-told'
    description: 'The app wrote into the operator\'s own list what no hospital can mend: `handlers health` shows it, docs/operations.md says what to do for each kind.'
    severity: 1
    query: 'AppTraces | where Message has "operator.kind" | extend kind = tostring(parse_json(Message)["operator.kind"])'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'upload-not-clean'
    description: 'Defender found something in an upload, or could not scan it. It is not filed.'
    severity: 1
    query: 'StorageMalwareScanningResults | where ScanResultType !startswith "No threat"'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'key-near-expiry'
    description: 'A key was not rotated by itself and expires within 30 days: see rotate-keys.sh.'
    severity: 1
    query: 'AZKVAuditLogs | where OperationName == "KeyNearExpiryEventGridNotification"'
    operator: 'GreaterThan'
    threshold: 0
    window: 'P1D'
    frequency: 'PT1H'
  }
]

// One alert for each kind, so that a second cause is told while the first still stands.
var byKind = [{ name: 'kind', operator: 'Include', values: ['*'] }]

var watchedActivities = [
  {
    name: 'security-changed'
    description: 'Security Center says something about this group.'
    conditions: [{ field: 'category', equals: 'Security' }]
  }
  {
    name: 'policy-denied'
    description: 'A policy refused or changed something in this group.'
    conditions: [{ field: 'category', equals: 'Policy' }]
  }
  {
    name: 'roles-changed'
    description: 'Somebody was given a role in this group.'
    conditions: [{ field: 'category', equals: 'Administrative' }, { field: 'operationName', equals: 'Microsoft.Authorization/roleAssignments/write' }]
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${namePrefix}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: logRetentionDays
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

// Who asked what of the logs (R131).
resource workspaceLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: workspace
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${namePrefix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
    DisableIpMasking: false
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'aftersight'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

resource queries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in watched: {
  name: '${namePrefix}-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.name
    description: rule.description
    severity: rule.severity
    enabled: true
    scopes: [workspace.id]
    evaluationFrequency: rule.frequency
    windowSize: rule.window
    criteria: {
      allOf: [
        {
          // On the first deployment no table has a row yet, a table without rows does not exist, and Azure switches a rule off whose
          // query has failed for a week. So each table is one that may be missing.
          query: 'union isfuzzy=true (datatable(TimeGenerated: datetime) []), (${rule.query})'
          timeAggregation: 'Count'
          dimensions: rule.name == 'operator-told' ? byKind : []
          operator: rule.operator
          threshold: rule.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [people.id] }
    // What is told of an app that says nothing any more is not over because two days went by.
    autoMitigate: rule.window != 'P2D'
    skipQueryValidation: true
  }
}]

resource activities 'Microsoft.Insights/activityLogAlerts@2020-10-01' = [for activity in watchedActivities: {
  name: '${namePrefix}-${activity.name}'
  location: 'global'
  tags: tags
  properties: {
    description: activity.description
    enabled: true
    scopes: [resourceGroup().id]
    condition: { allOf: activity.conditions }
    actions: { actionGroups: [{ actionGroupId: people.id }] }
  }
}]

@description('Resource id of the workspace.')
output workspaceId string = workspace.id

@description('Name of the workspace.')
output workspaceName string = workspace.name

@description('Name of Application Insights.')
output insightsName string = insights.name

@description('Where the app sends telemetry. No secret: local authentication is off, the app signs in by its identity.')
output insightsConnectionString string = insights.properties.ConnectionString
