// Who may do what in the group of a replica's network.

param title string
param ownPrincipalId string
param networkPrincipalId string

var here = resourceGroup().id
var networkContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4d97b98b-1d4f-4787-a291-c67834d212e7')

// Putting a machine and endpoints into the subnets, and no more: the rules of the network are not the replica's to change.
resource join 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(here, 'join')
  properties: {
    roleName: 'KV network join ${title}'
    description: 'Puts a replica\'s machine and private endpoints into its network.'
    type: 'CustomRole'
    assignableScopes: [here]
    permissions: [
      {
        actions: [
          'Microsoft.Network/virtualNetworks/read'
          'Microsoft.Network/virtualNetworks/join/action'
          'Microsoft.Network/virtualNetworks/subnets/read'
          'Microsoft.Network/virtualNetworks/subnets/join/action'
        ]
        notActions: []
      }
    ]
  }
}

resource ownJoins 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(here, ownPrincipalId, 'join')
  properties: {
    roleDefinitionId: join.id
    principalId: ownPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource networksAreMade 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(here, networkPrincipalId, networkContributor)
  properties: {
    description: 'Makes the network and its connections to the others.'
    roleDefinitionId: networkContributor
    principalId: networkPrincipalId
    principalType: 'ServicePrincipal'
  }
}
