// What holds even for those who change things by hand: UK regions only (R149), no keys, no public containers, and word
// when money runs. Assigned to this group alone; nothing else in the subscription is touched.

@description('Who is told when the budget runs out.')
param alertEmail string

@description('Pounds a month.')
param monthlyBudget int

@description('First day from which the budget counts.')
param budgetStart string

var ukRegions = ['uksouth', 'ukwest']

// Azure's own policies. Global services (texts, private names, alerts) pass the first by its own rule.
var regionPolicies = [
  { name: 'uk-regions', id: 'e56962a6-4747-49cd-b67b-bf8b01975c4c', displayName: 'Resources stand in UK regions', parameter: 'listOfAllowedLocations' }
  { name: 'uk-documents', id: '0473574d-2d43-4217-aefe-941fcdf7e684', displayName: 'Cosmos DB has no replica outside UK regions', parameter: 'listOfAllowedLocations' }
]
var deniedPolicies = [
  { name: 'no-storage-keys', id: '8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54', displayName: 'Storage accounts take no shared keys' }
  { name: 'no-anonymous-blobs', id: '4fa4b6c0-31ca-4c0d-b10d-24b96f62a751', displayName: 'Storage accounts have no anonymous access' }
  { name: 'no-cross-tenant-copies', id: '92a89a79-6c52-4a7e-a03f-61306fc49312', displayName: 'Storage accounts replicate to no other tenant' }
  { name: 'no-document-keys', id: '5450f5bd-9c72-4390-a9c4-a7aba4edfdd2', displayName: 'Cosmos DB takes no keys' }
]

resource ukOnly 'Microsoft.Authorization/policyAssignments@2024-05-01' = [for policy in regionPolicies: {
  name: policy.name
  properties: {
    displayName: policy.displayName
    policyDefinitionId: tenantResourceId('Microsoft.Authorization/policyDefinitions', policy.id)
    enforcementMode: 'Default'
    parameters: { '${policy.parameter}': { value: ukRegions } }
  }
}]

resource denied 'Microsoft.Authorization/policyAssignments@2024-05-01' = [for policy in deniedPolicies: {
  name: policy.name
  properties: {
    displayName: policy.displayName
    policyDefinitionId: tenantResourceId('Microsoft.Authorization/policyDefinitions', policy.id)
    enforcementMode: 'Default'
    parameters: { effect: { value: 'Deny' } }
  }
}]

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'monthly'
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: budgetStart }
    notifications: {
      expected: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', contactEmails: [alertEmail], locale: 'en-gb' }
      nearly: { enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual', contactEmails: [alertEmail], locale: 'en-gb' }
    }
  }
}
