// The whole pool: what the replicas share (networks that reach each other, a gateway), and each replica in a resource group of its own.
// The groups, and who may deploy into which, are bootstrap/main.bicep's. The hosted workflow deploys shared.bicep and modules/replica.bicep one
// by one, with an identity each; this file is for what-if over everything, and for a pool that one operator makes in one go (deploy/README.md).

targetScope = 'subscription'

import { replicaType, groupOf } from 'shared-types.bicep'

@description('Names of groups and resources begin with it.')
@minLength(2)
@maxLength(6)
param prefix string

@description('The replicas: 3f+1 of them bear f faulty ones.')
@minLength(4)
@maxLength(200)
param replicas replicaType[]

@description('All addresses, a /16: a /24 for each replica by its place in the list, the last /24 for the gateway.')
param addressPool string

@description('The region of the gateway.')
param gatewayRegion string

@description('The zones of the gateway; empty where its region has none.')
param gatewayZones string[]

@description('The certificate that the gateway shows to clients: the id of a secret of the gateway\'s vault, without its version. Empty for no gateway.')
param certificateSecretId string

@description('The image of a node, by its digest: NAME@sha256:…')
param image string

@description('What each node is to do: deploy/README.md, "Actions".')
@allowed(['enrol', 'sign', 'init', 'rejoin', 'roll'])
param action string

@description('The genesis as base64, for sign, init and rejoin; public, as everything in it is.')
param genesis string = ''

@description('A text that is new for each time the action is to be carried out.')
param run string

@description('The size of the machines.')
param vmSize string

@description('The size of each replica\'s data disk.')
@minValue(8)
@maxValue(32767)
param dataDiskGiB int

@description('The public half of a key for the serial console\'s account; no port for it is open.')
param sshPublicKey string

@description('For how many days logs are kept.')
@minValue(30)
@maxValue(730)
param logDays int

var here = subscription().subscriptionId

module shared 'shared.bicep' = {
  name: 'kv-shared'
  scope: resourceGroup(groupOf(prefix, 'shared'))
  params: {
    prefix: prefix
    replicas: replicas
    addressPool: addressPool
    gatewayRegion: gatewayRegion
    gatewayZones: gatewayZones
    certificateSecretId: certificateSecretId
    logDays: logDays
  }
}

// One after the other, so that no deployment of everything stops more than one node at a time.
@batchSize(1)
module nodes 'modules/replica.bicep' = [for (replica, index) in replicas: {
  name: 'kv-replica-${replica.id}'
  scope: resourceGroup(replica.?subscriptionId ?? here, groupOf(prefix, replica.id))
  params: {
    prefix: prefix
    replica: replica
    index: index
    addressPool: addressPool
    image: image
    action: action
    genesis: genesis
    run: run
    vmSize: vmSize
    dataDiskGiB: dataDiskGiB
    sshPublicKey: sshPublicKey
    logDays: logDays
  }
  dependsOn: [
    shared
  ]
}]

@description('What each node said last: its enrolment, its copy of the genesis, or where it stands.')
output reports array = [for (replica, index) in replicas: {
  id: replica.id
  machine: nodes[index].outputs.machineName
  address: nodes[index].outputs.address
}]
