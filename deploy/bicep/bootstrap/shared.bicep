// The group that replicas share, and who deploys into it.

targetScope = 'subscription'

import { groupOf } from '../shared-types.bicep'

param prefix string
param region string
param repository string
param pool string

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupOf(prefix, 'shared')
  location: region
}

module deployer 'deployer.bicep' = {
  name: 'kv-deployer'
  scope: group
  params: {
    name: 'id-${prefix}-shared-deployer'
    region: region
    repository: repository
    environment: '${pool}-shared'
  }
}

output principalId string = deployer.outputs.principalId
output clientId string = deployer.outputs.clientId
