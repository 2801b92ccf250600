// One network's side of its connections to the others. Security rules decide what passes (network.bicep).

import { networkType } from '../shared-types.bicep'

param network string
param others networkType[]

resource own 'Microsoft.Network/virtualNetworks@2024-07-01' existing = {
  name: network
}

// Azure changes a network's peerings one at a time.
@batchSize(1)
resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-07-01' = [for other in others: {
  parent: own
  name: 'to-${other.id}'
  properties: {
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: false
    allowGatewayTransit: false
    useRemoteGateways: false
    remoteVirtualNetwork: {
      id: other.resourceId
    }
  }
}]
