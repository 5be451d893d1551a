// The app's way out and the way in to what has no public face. Outgoing traffic is a list (R40): private
// endpoints, sign-in, monitoring, and the text providers in use; everything else is refused.

@description('Where the network stands.')
param location string

@description('Tags of every resource.')
param tags object

@description('What the resources are called after.')
param namePrefix string

@description('Log Analytics workspace that takes the logs.')
param workspaceId string

@description('True where texts go through Azure Communication Services.')
param usesAzureTexts bool

@description('True where GOV.UK Notify or a sign-in outside Entra is used: neither has fixed addresses, so the network can only name the port.')
param needsInternet bool

@description('True where the app is closed to all but a web firewall and itself.')
param callsItself bool

var appPrefix = '10.20.0.0/26'
var endpointPrefix = '10.20.0.64/27'
var zoneNames = ['privatelink.blob.${environment().suffixes.storage}', 'privatelink.queue.${environment().suffixes.storage}', 'privatelink.documents.azure.com', 'privatelink.vaultcore.azure.net']

var alwaysAllowed = [
  {
    name: 'to-private-endpoints'
    properties: { priority: 100, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: endpointPrefix, destinationPortRange: '443' }
  }
  {
    name: 'to-cosmos-partitions'
    properties: { priority: 110, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: endpointPrefix, destinationPortRange: '10000-20000' }
  }
  {
    name: 'to-sign-in'
    properties: { priority: 120, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: 'AzureActiveDirectory', destinationPortRange: '443' }
  }
  {
    name: 'to-monitoring'
    properties: { priority: 130, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: 'AzureMonitor', destinationPortRange: '443' }
  }
]
var azureTexts = {
  name: 'to-azure-texts'
  properties: { priority: 140, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: 'AzureCloud', destinationPortRange: '443' }
}
var internet = {
  name: 'to-notify-or-outside-sign-in'
  properties: { priority: 150, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: 'Internet', destinationPortRange: '443' }
}
// Where a web firewall is all that the app lets in, its own host reaches it by the subnet.
var itself = {
  name: 'to-itself'
  properties: { priority: 160, direction: 'Outbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: 'AppService', destinationPortRange: '443' }
}
var nothingElse = {
  name: 'nothing-else'
  properties: { priority: 4096, direction: 'Outbound', access: 'Deny', protocol: '*', sourceAddressPrefix: '*', sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRange: '*' }
}

resource appRules 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${namePrefix}-app'
  location: location
  tags: tags
  properties: {
    securityRules: concat(alwaysAllowed, usesAzureTexts ? [azureTexts] : [], needsInternet ? [internet] : [], callsItself ? [itself] : [], [nothingElse])
  }
}

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${namePrefix}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'from-the-app'
        properties: { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: appPrefix, sourcePortRange: '*', destinationAddressPrefix: endpointPrefix, destinationPortRanges: ['443', '10000-20000'] }
      }
      {
        name: 'from-nobody-else'
        properties: { priority: 4096, direction: 'Inbound', access: 'Deny', protocol: '*', sourceAddressPrefix: '*', sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRange: '*' }
      }
    ]
  }
}

resource appRulesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: appRules
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource endpointRulesLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: endpointRules
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'vnet-${namePrefix}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/24'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: appPrefix
          networkSecurityGroup: { id: appRules.id }
          serviceEndpoints: callsItself ? [{ service: 'Microsoft.Web' }] : []
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
          // Written out: without it the app has no address for sign-in and text providers unless a NAT gateway is added.
          defaultOutboundAccess: true
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointPrefix
          networkSecurityGroup: { id: endpointRules.id }
          privateEndpointNetworkPolicies: 'Enabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }
}

resource networkLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: network
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [for zoneName in zoneNames: {
  name: zoneName
  location: 'global'
  tags: tags
}]

resource zoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (zoneName, i) in zoneNames: {
  parent: zones[i]
  name: 'to-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    virtualNetwork: { id: network.id }
    registrationEnabled: false
  }
}]

@description('Subnet that the app joins.')
output appSubnetId string = '${network.id}/subnets/app'

@description('Subnet of the private endpoints.')
output endpointSubnetId string = '${network.id}/subnets/endpoints'

@description('Private names of blob storage.')
output blobZoneId string = zones[0].id

@description('Private names of queue storage.')
output queueZoneId string = zones[1].id

@description('Private names of Cosmos DB.')
output documentsZoneId string = zones[2].id

@description('Private names of Key Vault.')
output vaultZoneId string = zones[3].id
