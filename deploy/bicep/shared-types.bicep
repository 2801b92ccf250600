// What several templates mean by the same word, and the names that follow from it. A name is made in one place only.

@export()
@description('A replica, and where it is. Its place in the list is its address: a list is appended to, never reordered.')
type replicaType = {
  @description('Its name: in names of resources, and of the member of the genesis.')
  @minLength(2)
  @maxLength(8)
  id: string

  @description('The Azure region.')
  region: string

  @description('The zone in the region; empty where the region has none.')
  zone: '' | '1' | '2' | '3'

  @description('The subscription, where replicas belong to different ones; else that of the deployment.')
  subscriptionId: string?
}

@export()
@description('A replica\'s network, as others have to know it to be reached.')
type networkType = {
  @description('The name of the replica, or gateway.')
  id: string

  @description('The virtual network.')
  resourceId: string
}

@export()
@description('The resource group of what makes a replica: identity, vault, disk, machine, account, logs.')
func groupOf(prefix string, id string) string => 'rg-${prefix}-${id}'

@export()
@description('The resource group of the replica\'s network. Nothing in it holds a key or a vote.')
func networkGroupOf(prefix string, id string) string => 'rg-${prefix}-${id}-net'

@export()
@description('The virtual network of a replica, in its network\'s resource group.')
func networkOf(prefix string, id string) string => 'vnet-${prefix}-${id}'

@export()
@description('The addresses of a replica\'s network, by its place in the list.')
func spaceOf(pool string, index int) string => cidrSubnet(pool, 24, index)

@export()
@description('The subnet of a replica\'s machine.')
func machinesOf(pool string, index int) string => cidrSubnet(spaceOf(pool, index), 26, 0)

@export()
@description('The subnet of the private endpoints of a replica\'s vault and account.')
func endpointsOf(pool string, index int) string => cidrSubnet(spaceOf(pool, index), 26, 1)

@export()
@description('The address of a replica\'s machine: the first that Azure leaves in its subnet.')
func addressOf(pool string, index int) string => cidrHost(machinesOf(pool, index), 3)

@export()
@description('The addresses of the gateway\'s network: the last of the pool\'s.')
func gatewaySpaceOf(pool string) string => cidrSubnet(pool, 24, 255)

@export()
@description('The port that nodes dial each other at.')
var peerPort = 7000

@export()
@description('The port for clients.')
var clientPort = 7001
