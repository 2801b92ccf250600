// Made once, by who owns the subscriptions: the resource groups, one identity for each replica's deployments, one for what is shared, and their
// roles. After it nobody needs rights over more than one replica. A replica's identity is used by the hosted workflow in the environment of that
// replica only, and whoever approves deployments in that environment is who governs the replica.

targetScope = 'subscription'

import { replicaType, groupOf } from '../shared-types.bicep'

param prefix string
param replicas replicaType[]
@description('The region of the gateway, and of the group that replicas share.')
param gatewayRegion string
@description('The repository whose workflow deploys: OWNER/NAME.')
param repository string
@description('The name of the pool in the names of the workflow\'s environments: POOL-REPLICA, POOL-shared.')
param pool string

var here = subscription().subscriptionId

module shared 'shared.bicep' = {
  name: 'kv-bootstrap-shared'
  params: {
    prefix: prefix
    region: gatewayRegion
    repository: repository
    pool: pool
  }
}

module owners 'replica.bicep' = [for replica in replicas: {
  name: 'kv-bootstrap-${replica.id}'
  scope: subscription(replica.?subscriptionId ?? here)
  params: {
    prefix: prefix
    replica: replica
    repository: repository
    pool: pool
    networkPrincipalId: shared.outputs.principalId
  }
}]

@description('What the workflow\'s environments need to know.')
output environments array = [for (replica, index) in replicas: {
  environment: '${pool}-${replica.id}'
  KV_CLIENT_ID: owners[index].outputs.clientId
  KV_GROUP: groupOf(prefix, replica.id)
}]
output sharedClientId string = shared.outputs.clientId
