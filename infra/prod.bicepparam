using '../bicep/main.bicep'

// What deploy.sh finds out about what already stands; by hand both are empty.
param auditIsLocked = bool(readEnvironmentVariable('AFTERSIGHT_AUDIT_IS_LOCKED', 'false'))
param packageSha256 = readEnvironmentVariable('AFTERSIGHT_PACKAGE_SHA256', '')

param environmentName = 'prod'
param deployment = 'production'
param publicOrigin = ''
// The application (client) id of the registration in Entra ID: docs/sign-in.md.
param staffClientId = 'FILL IN'
param operator = {
  name: 'FILL IN'
  address: 'FILL IN'
  companyNumber: ''
  contact: 'FILL IN'
  phone: 'FILL IN'
  officer: 'FILL IN'
}
param usesAzureTexts = false
param usesGovUkNotify = true
param alertEmail = 'FILL IN'
param monthlyBudget = 400
param budgetStart = '2026-12-01'
param logRetentionDays = 365
param auditRetentionDays = 2922
param scanCapGigabytes = 500
param alwaysReadyInstances = 2
param maximumInstances = 100
