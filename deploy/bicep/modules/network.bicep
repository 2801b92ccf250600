// A replica's network: a subnet for its machine and one for the private endpoints of its vault and account. The port for peers is open to the
// machines of the other replicas only, the port for clients to the gateway only, and the endpoints to this machine only.

import { spaceOf, machinesOf, endpointsOf, addressOf, gatewaySpaceOf, networkOf, peerPort, clientPort } from '../shared-types.bicep'

param prefix string
param id string
param index int
param count int
param region string
param zone string
param addressPool string

var address = addressOf(addressPool, index)
var space = spaceOf(addressPool, index)
var others = filter(range(0, count), other => (other != index))
var peers = map(others, other => addressOf(addressPool, other))
var zones = empty(zone) ? [] : [zone]

resource machineRules 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${prefix}-${id}-machine'
  location: region
  properties: {
    securityRules: [
      {
        name: 'peers-from-replicas'
        properties: {
          description: 'Nodes dial each other; TLS and their keys decide what is believed.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefixes: peers
          sourcePortRange: '*'
          destinationAddressPrefix: address
          destinationPortRange: string(peerPort)
        }
      }
      {
        name: 'clients-from-gateway'
        properties: {
          description: 'Clients come by way of the gateway, and its probe asks /readyz.'
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: gatewaySpaceOf(addressPool)
          sourcePortRange: '*'
          destinationAddressPrefix: address
          destinationPortRange: string(clientPort)
        }
      }
      {
        name: 'nothing-else-in'
        properties: {
          description: 'Before Azure\'s own rule that lets all peered networks in.'
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'peers-to-replicas'
        properties: {
          priority: 100
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: address
          sourcePortRange: '*'
          destinationAddressPrefixes: peers
          destinationPortRange: string(peerPort)
        }
      }
      {
        name: 'vault-and-account'
        properties: {
          priority: 110
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: address
          sourcePortRange: '*'
          destinationAddressPrefix: endpointsOf(addressPool, index)
          destinationPortRange: '443'
        }
      }
      {
        name: 'packages-and-images'
        properties: {
          description: 'The registry of the image, the distribution\'s packages (signed, over http), Azure Monitor.'
          priority: 120
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: address
          sourcePortRange: '*'
          destinationAddressPrefix: 'Internet'
          destinationPortRanges: ['80', '443']
        }
      }
      {
        name: 'nothing-else-out'
        properties: {
          priority: 4096
          direction: 'Outbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${prefix}-${id}-endpoints'
  location: region
  properties: {
    securityRules: [
      {
        name: 'own-machine'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: address
          sourcePortRange: '*'
          destinationAddressPrefix: endpointsOf(addressPool, index)
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else-in'
        properties: {
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// The way out. Nothing comes in by it.
resource exitAddress 'Microsoft.Network/publicIPAddresses@2024-07-01' = {
  name: 'pip-${prefix}-${id}-exit'
  location: region
  zones: zones
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource exit 'Microsoft.Network/natGateways@2024-07-01' = {
  name: 'nat-${prefix}-${id}'
  location: region
  zones: zones
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIpAddresses: [
      {
        id: exitAddress.id
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: networkOf(prefix, id)
  location: region
  properties: {
    addressSpace: {
      addressPrefixes: [space]
    }
    subnets: [
      {
        name: 'machine'
        properties: {
          addressPrefix: machinesOf(addressPool, index)
          defaultOutboundAccess: false
          networkSecurityGroup: {
            id: machineRules.id
          }
          natGateway: {
            id: exit.id
          }
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsOf(addressPool, index)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
          networkSecurityGroup: {
            id: endpointRules.id
          }
        }
      }
    ]
  }
}
