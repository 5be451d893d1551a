// A link that a mail filter has rewritten is asked for as `/r%23CODE`. Our program leads on to `/r#CODE` and logs no path;
// the host writes the address into its request row and its lines. Both are blanked on their way into the workspace.

@description('Where the workspace stands.')
param location string

@description('Tags of every resource.')
param tags object

@description('What the resources are called after.')
param namePrefix string

@description('Days that logs are kept.')
param logRetentionDays int

resource logs 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: 'log-${namePrefix}'
}

resource blanked 'Microsoft.Insights/dataCollectionRules@2022-06-01' = {
  name: 'dcr-${namePrefix}'
  location: location
  tags: tags
  kind: 'WorkspaceTransforms'
  properties: {
    description: 'Takes the codes of patients\' links out of request rows and log lines.'
    dataSources: {}
    destinations: {
      logAnalytics: [{ name: 'workspace', workspaceResourceId: logs.id }]
    }
    dataFlows: [
      {
        streams: ['Microsoft-Table-AppRequests']
        destinations: ['workspace']
        transformKql: 'source | extend hasCode = Url contains "%23" or Url contains "%2523" or Name contains "%23" or OperationName contains "%23" | extend Url = iff(hasCode, "", Url), Name = iff(hasCode, "www-pages", Name), OperationName = iff(hasCode, "www-pages", OperationName) | project-away hasCode'
      }
      {
        streams: ['Microsoft-Table-AppTraces']
        destinations: ['workspace']
        transformKql: 'source | extend hasCode = Message contains "/r%23" or Message contains "/r/%23" or Message contains "%2523" or tostring(Properties) contains "%23" | extend Message = iff(hasCode, "blanked", Message), Properties = iff(hasCode, dynamic({}), Properties) | project-away hasCode'
      }
    ]
  }
}

// The workspace as monitoring.bicep has it, with its rule: the rule needs the workspace before it, and this names the rule.
resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${namePrefix}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: logRetentionDays
    publicNetworkAccessForIngestion: 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
    defaultDataCollectionRuleResourceId: blanked.id
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}
