using '../bicep/main.bicep'

// What deploy.sh finds out about what already stands; by hand both are empty.
param auditIsLocked = bool(readEnvironmentVariable('AFTERSIGHT_AUDIT_IS_LOCKED', 'false'))
param packageSha256 = readEnvironmentVariable('AFTERSIGHT_PACKAGE_SHA256', '')

param environmentName = 'dev'
param deployment = 'trial'
param publicOrigin = ''
param staffIssuer = 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0'
param staffAudience = 'api://aftersight'
param usesAzureTexts = true
param usesGovUkNotify = false
param alertEmail = 'aftersight-operators@example.org'
param monthlyBudget = 60
param budgetStart = '2026-12-01'
param logRetentionDays = 30
param auditRetentionDays = 1
param scanCapGigabytes = 10
param alwaysReadyInstances = 0
param maximumInstances = 40
