// A replica's vault. The node's key is made on the machine and lies here and in the machine's memory, nowhere else. Only the replica's own
// identity reads and writes its secrets, by the private endpoint; whoever may deploy into this group could give itself that right too.

param name string
param region string
param identityName string
param networkId string
param subnetId string
param workspaceId string

var secretsOfficer = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: region
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: 'Deny'
    }
  }
}

resource ownSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, secretsOfficer)
  scope: vault
  properties: {
    description: 'Stores the node\'s key once, and reads it at each start.'
    roleDefinitionId: secretsOfficer
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

module endpoint 'endpoint.bicep' = {
  name: 'endpoint-vault'
  params: {
    name: name
    region: region
    targetId: vault.id
    part: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
    networkId: networkId
    subnetId: subnetId
  }
}

output uri string = vault.properties.vaultUri
