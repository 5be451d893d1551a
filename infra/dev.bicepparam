using '../bicep/main.bicep'

// What deploy.sh finds out about what already stands; by hand both are empty.
param auditIsLocked = bool(readEnvironmentVariable('AFTERSIGHT_AUDIT_IS_LOCKED', 'false'))
param packageSha256 = readEnvironmentVariable('AFTERSIGHT_PACKAGE_SHA256', '')

param environmentName = 'dev'
param deployment = 'trial'
param publicOrigin = ''
// The application (client) id of the registration in Entra ID: docs/sign-in.md.
param staffClientId = 'FILL IN'
param operator = {
  name: 'Aftersight Trial Operator Ltd'
  address: '1 Example Street, Exampleton, EX1 1EX'
  companyNumber: '00000000'
  contact: 'hello@operator.example.org'
  phone: '020 7946 0000'
  officer: 'dpo@operator.example.org'
}
param usesAzureTexts = true
// Nobody in a trial is real.
param textReportsMayLeaveUk = true
param usesGovUkNotify = false
param alertEmail = 'FILL IN'
param monthlyBudget = 120
param budgetStart = '2026-12-01'
param logRetentionDays = 30
param auditRetentionDays = 1
param scanCapGigabytes = 10
param alwaysReadyInstances = 0
param maximumInstances = 40
