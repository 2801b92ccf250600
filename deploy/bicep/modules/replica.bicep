// One replica, in a resource group of its own: an identity, a vault with its key, an account for its backups, logs, a disk and the machine that
// alone may have it. Nothing here knows another replica by name; only the network that it is put into knows where others are.

import { replicaType, networkGroupOf, networkOf, addressOf, peerPort, clientPort } from '../shared-types.bicep'

param prefix string
param replica replicaType
@description('The replica\'s place in the list.')
param index int
param addressPool string
param image string
@allowed(['enrol', 'sign', 'init', 'rejoin', 'roll'])
param action string
param genesis string = ''
param run string
param vmSize string
param dataDiskGiB int
param sshPublicKey string
param logDays int

var networkGroup = networkGroupOf(prefix, replica.id)
var address = addressOf(addressPool, index)
// Vaults and accounts have names in the whole world: what is unique to this group is in them.
var suffix = take(uniqueString(resourceGroup().id), 8)

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' existing = {
  name: networkOf(prefix, replica.id)
  scope: resourceGroup(networkGroup)
}

resource machines 'Microsoft.Network/virtualNetworks/subnets@2024-07-01' existing = {
  parent: network
  name: 'machine'
}

resource endpoints 'Microsoft.Network/virtualNetworks/subnets@2024-07-01' existing = {
  parent: network
  name: 'endpoints'
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${prefix}-${replica.id}'
  location: replica.region
}

module logs 'observability.bicep' = {
  name: 'logs'
  params: {
    name: '${prefix}-${replica.id}'
    region: replica.region
    days: logDays
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  params: {
    name: 'kv-${replica.id}-${suffix}'
    region: replica.region
    identityName: identity.name
    networkId: network.id
    subnetId: endpoints.id
    workspaceId: logs.outputs.workspaceId
  }
}

module account 'account.bicep' = {
  name: 'account'
  params: {
    name: 'kv${toLower(replace(replica.id, '-', ''))}${suffix}'
    region: replica.region
    identityName: identity.name
    networkId: network.id
    subnetId: endpoints.id
    workspaceId: logs.outputs.workspaceId
  }
}

module machine 'machine.bicep' = {
  name: 'machine'
  params: {
    name: '${prefix}-${replica.id}'
    replica: replica
    subnetId: machines.id
    address: address
    identityName: identity.name
    vmSize: vmSize
    dataDiskGiB: dataDiskGiB
    sshPublicKey: sshPublicKey
    collectionRuleId: logs.outputs.collectionRuleId
  }
}

module node 'node.bicep' = {
  name: 'node'
  params: {
    machineName: machine.outputs.name
    region: replica.region
    settings: {
      KV_DO: action
      KV_RUN: run
      KV_NAME: replica.id
      KV_IMAGE: image
      KV_GENESIS: genesis
      KV_PEER: '${address}:${peerPort}'
      KV_CLIENT: 'http://${address}:${clientPort}'
      KV_VAULT: vault.outputs.uri
      KV_BACKUPS: account.outputs.backups
      KV_IDENTITY: identity.properties.clientId
    }
  }
}

@description('The machine, whose run command \'node\' holds what the node said last.')
output machineName string = machine.outputs.name

@description('Where the others and the gateway reach it.')
output address string = address
