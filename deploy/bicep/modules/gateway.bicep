// Where clients come in: an application gateway with its own network, identity and vault, in the group that the replicas share. It shows a
// certificate, asks each node's /readyz, and passes requests to those that are ready. It signs nothing and sees what clients send; what it alters,
// the replicas refuse, if clients sign. Without a certificate there is the network and the vault for one, and no gateway yet.

import { addressOf, gatewaySpaceOf, networkOf, clientPort } from '../shared-types.bicep'

param prefix string
param region string
param zones string[]
param addressPool string
param count int
param certificateSecretId string
param logDays int

var name = 'agw-${prefix}'
var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
var space = gatewaySpaceOf(addressPool)
var hasGateway = !empty(certificateSecretId)
var nodes = [for index in range(0, count): {
  ipAddress: addressOf(addressPool, index)
}]

resource rules 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${prefix}-gateway'
  location: region
  properties: {
    securityRules: [
      {
        name: 'clients'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: space
          destinationPortRange: '443'
        }
      }
      {
        name: 'gateway-manager'
        properties: {
          description: 'Azure asks this of every subnet with an application gateway.'
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'GatewayManager'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '65200-65535'
        }
      }
      {
        name: 'azure-probes'
        properties: {
          priority: 120
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
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

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: networkOf(prefix, 'gateway')
  location: region
  properties: {
    addressSpace: {
      addressPrefixes: [space]
    }
    subnets: [
      {
        name: 'gateway'
        properties: {
          addressPrefix: space
          networkSecurityGroup: {
            id: rules.id
          }
        }
      }
    ]
  }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${prefix}-gateway'
  location: region
}

// Application gateways read certificates as one of the services that Azure lets past a vault's closed door.
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: 'kv-gateway-${take(uniqueString(resourceGroup().id), 8)}'
  location: region
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
    }
  }
}

resource certificateReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, secretsUser)
  scope: vault
  properties: {
    description: 'Reads the certificate for clients.'
    roleDefinitionId: secretsUser
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

module logs 'observability.bicep' = {
  name: 'logs'
  params: {
    name: '${prefix}-gateway'
    region: region
    days: logDays
  }
}

resource front 'Microsoft.Network/publicIPAddresses@2024-07-01' = if (hasGateway) {
  name: 'pip-${prefix}-gateway'
  location: region
  zones: zones
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource gateway 'Microsoft.Network/applicationGateways@2024-07-01' = if (hasGateway) {
  name: name
  location: region
  zones: zones
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    sku: {
      name: 'Standard_v2'
      tier: 'Standard_v2'
    }
    autoscaleConfiguration: {
      minCapacity: 1
      maxCapacity: 4
    }
    sslPolicy: {
      policyType: 'Predefined'
      policyName: 'AppGwSslPolicy20220101S'
    }
    sslCertificates: [
      {
        name: 'clients'
        properties: {
          keyVaultSecretId: certificateSecretId
        }
      }
    ]
    gatewayIPConfigurations: [
      {
        name: 'own'
        properties: {
          subnet: {
            id: network.properties.subnets[0].id
          }
        }
      }
    ]
    frontendIPConfigurations: [
      {
        name: 'public'
        properties: {
          publicIPAddress: {
            id: front.id
          }
        }
      }
    ]
    frontendPorts: [
      {
        name: 'https'
        properties: {
          port: 443
        }
      }
    ]
    backendAddressPools: [
      {
        name: 'nodes'
        properties: {
          backendAddresses: nodes
        }
      }
    ]
    probes: [
      {
        // A node that is behind, or has no quorum, says 503: clients are sent to another.
        name: 'ready'
        properties: {
          protocol: 'Http'
          host: 'localhost'
          path: '/readyz'
          interval: 5
          timeout: 4
          unhealthyThreshold: 2
          match: {
            statusCodes: ['200']
          }
        }
      }
    ]
    backendHttpSettingsCollection: [
      {
        name: 'nodes'
        properties: {
          protocol: 'Http'
          port: clientPort
          cookieBasedAffinity: 'Disabled'
          // Longer than a read may wait for a change.
          requestTimeout: 90
          connectionDraining: {
            enabled: true
            drainTimeoutInSec: 10
          }
          probe: {
            id: resourceId('Microsoft.Network/applicationGateways/probes', name, 'ready')
          }
        }
      }
    ]
    httpListeners: [
      {
        name: 'https'
        properties: {
          protocol: 'Https'
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/applicationGateways/frontendIPConfigurations', name, 'public')
          }
          frontendPort: {
            id: resourceId('Microsoft.Network/applicationGateways/frontendPorts', name, 'https')
          }
          sslCertificate: {
            id: resourceId('Microsoft.Network/applicationGateways/sslCertificates', name, 'clients')
          }
        }
      }
    ]
    requestRoutingRules: [
      {
        name: 'all'
        properties: {
          ruleType: 'Basic'
          priority: 100
          httpListener: {
            id: resourceId('Microsoft.Network/applicationGateways/httpListeners', name, 'https')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/applicationGateways/backendAddressPools', name, 'nodes')
          }
          backendHttpSettings: {
            id: resourceId('Microsoft.Network/applicationGateways/backendHttpSettingsCollection', name, 'nodes')
          }
        }
      }
    ]
  }
  dependsOn: [
    certificateReader
  ]
}

resource access 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (hasGateway) {
  name: 'access'
  scope: gateway
  properties: {
    workspaceId: logs.outputs.workspaceId
    logs: [
      {
        category: 'ApplicationGatewayAccessLog'
        enabled: true
      }
    ]
  }
}

// One node that is not ready is one of the f that may fail: nobody notices but this.
resource unready 'Microsoft.Insights/metricAlerts@2018-03-01' = if (hasGateway) {
  name: 'alert-${prefix}-node-not-ready'
  location: 'global'
  properties: {
    description: 'A node does not answer /readyz with 200. The pool bears f such nodes.'
    severity: 1
    enabled: true
    scopes: [gateway.id]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'unhealthy'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Network/applicationGateways'
          metricName: 'UnhealthyHostCount'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Average'
        }
      ]
    }
  }
}
