using '../bicep/main.bicep'

// What deploy.sh finds out about what already stands; by hand both are empty.
param auditIsLocked = bool(readEnvironmentVariable('AFTERSIGHT_AUDIT_IS_LOCKED', 'false'))
param packageSha256 = readEnvironmentVariable('AFTERSIGHT_PACKAGE_SHA256', '')

param environmentName = 'prod'
param deployment = 'production'
param publicOrigin = ''
param staffIssuer = 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0'
param staffAudience = 'api://aftersight'
param usesAzureTexts = false
param usesGovUkNotify = true
param notifyTemplateId = '00000000-0000-0000-0000-000000000000'
param alertEmail = 'aftersight-operators@example.org'
param monthlyBudget = 400
param budgetStart = '2026-12-01'
param logRetentionDays = 365
param auditRetentionDays = 2922
param scanCapGigabytes = 500
param alwaysReadyInstances = 2
param maximumInstances = 100
