// The two groups of a replica, and who may deploy into them: into its own group nobody but its own identity; into its network's group whoever
// makes the networks, and its own identity may put its machine and endpoints there.

targetScope = 'subscription'

import { replicaType, groupOf, networkGroupOf } from '../shared-types.bicep'

param prefix string
param replica replicaType
param repository string
param pool string
param networkPrincipalId string

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupOf(prefix, replica.id)
  location: replica.region
}

resource networkGroup 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: networkGroupOf(prefix, replica.id)
  location: replica.region
}

module deployer 'deployer.bicep' = {
  name: 'kv-deployer'
  scope: group
  params: {
    name: 'id-${prefix}-${replica.id}-deployer'
    region: replica.region
    repository: repository
    environment: '${pool}-${replica.id}'
  }
}

module network 'network-roles.bicep' = {
  name: 'kv-network-roles'
  scope: networkGroup
  params: {
    title: '${prefix}-${replica.id}'
    ownPrincipalId: deployer.outputs.principalId
    networkPrincipalId: networkPrincipalId
  }
}

output clientId string = deployer.outputs.clientId
