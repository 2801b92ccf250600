// What the replicas share: networks that reach each other on the port for peers, and the gateway. Nothing here holds a key of a replica, its
// disk, or a role in its resource group; whoever governs it can cut nodes off from each other or from clients, and cannot make them lie.

import { replicaType, networkGroupOf, networkOf } from 'shared-types.bicep'

param prefix string
param replicas replicaType[]
param addressPool string
param gatewayRegion string
param gatewayZones string[]
param certificateSecretId string
param logDays int

var here = subscription().subscriptionId

module networks 'modules/network.bicep' = [for (replica, index) in replicas: {
  name: 'kv-network-${replica.id}'
  scope: resourceGroup(replica.?subscriptionId ?? here, networkGroupOf(prefix, replica.id))
  params: {
    prefix: prefix
    id: replica.id
    index: index
    count: length(replicas)
    region: replica.region
    zone: replica.zone
    addressPool: addressPool
  }
}]

module gateway 'modules/gateway.bicep' = {
  name: 'kv-gateway'
  params: {
    prefix: prefix
    region: gatewayRegion
    zones: gatewayZones
    addressPool: addressPool
    count: length(replicas)
    certificateSecretId: certificateSecretId
    logDays: logDays
  }
}

var replicaNetworks = [for replica in replicas: {
  id: replica.id
  resourceId: resourceId(replica.?subscriptionId ?? here, networkGroupOf(prefix, replica.id), 'Microsoft.Network/virtualNetworks', networkOf(prefix, replica.id))
}]
var gatewayNetwork = {
  id: 'gateway'
  resourceId: resourceId('Microsoft.Network/virtualNetworks', networkOf(prefix, 'gateway'))
}

// A peering is made from both sides, each in its own network's group.
module peerings 'modules/peerings.bicep' = [for replica in replicas: {
  name: 'kv-peerings-${replica.id}'
  scope: resourceGroup(replica.?subscriptionId ?? here, networkGroupOf(prefix, replica.id))
  params: {
    network: networkOf(prefix, replica.id)
    others: concat(filter(replicaNetworks, other => (other.id != replica.id)), [gatewayNetwork])
  }
  dependsOn: [
    networks
    gateway
  ]
}]

module gatewayPeerings 'modules/peerings.bicep' = {
  name: 'kv-peerings-gateway'
  params: {
    network: networkOf(prefix, 'gateway')
    others: replicaNetworks
  }
  dependsOn: [
    networks
    gateway
  ]
}
