// A replica's machine and its disk. The disk can be attached to one machine at a time: with it, no second process ever has the replica's log.
// There is no way in from the network but the ports for peers and clients; the node is started by a run command (node.bicep).

import { replicaType } from '../shared-types.bicep'

param name string
param replica replicaType
param subnetId string
param address string
param identityName string
param vmSize string
param dataDiskGiB int
param sshPublicKey string
param collectionRuleId string

var zones = empty(replica.zone) ? [] : [replica.zone]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

// Its life is not the machine's: a machine that is made anew gets the same disk.
resource data 'Microsoft.Compute/disks@2025-01-02' = {
  name: 'disk-${name}-data'
  location: replica.region
  zones: zones
  sku: {
    name: 'Premium_LRS'
  }
  properties: {
    diskSizeGB: dataDiskGiB
    maxShares: 1
    networkAccessPolicy: 'DenyAll'
    publicNetworkAccess: 'Disabled'
    creationData: {
      createOption: 'Empty'
    }
  }
}

resource card 'Microsoft.Network/networkInterfaces@2024-07-01' = {
  name: 'nic-${name}'
  location: replica.region
  properties: {
    enableAcceleratedNetworking: true
    ipConfigurations: [
      {
        name: 'own'
        properties: {
          privateIPAllocationMethod: 'Static'
          privateIPAddress: address
          subnet: {
            id: subnetId
          }
        }
      }
    ]
  }
}

resource machine 'Microsoft.Compute/virtualMachines@2024-11-01' = {
  name: 'vm-${name}'
  location: replica.region
  zones: zones
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    hardwareProfile: {
      vmSize: vmSize
    }
    securityProfile: {
      encryptionAtHost: true
      securityType: 'TrustedLaunch'
      uefiSettings: {
        secureBootEnabled: true
        vTpmEnabled: true
      }
    }
    storageProfile: {
      diskControllerType: 'SCSI'
      imageReference: {
        publisher: 'Canonical'
        offer: 'ubuntu-24_04-lts'
        sku: 'server'
        version: 'latest'
      }
      osDisk: {
        createOption: 'FromImage'
        deleteOption: 'Delete'
        managedDisk: {
          storageAccountType: 'Premium_LRS'
        }
      }
      dataDisks: [
        {
          // Nothing is written back later than it is said to be: the log flushes to the disk itself.
          lun: 0
          createOption: 'Attach'
          deleteOption: 'Detach'
          caching: 'None'
          managedDisk: {
            id: data.id
          }
        }
      ]
    }
    osProfile: {
      computerName: name
      adminUsername: 'operator-${replica.id}'
      customData: loadFileAsBase64('../node/cloud-init.yaml')
      linuxConfiguration: {
        disablePasswordAuthentication: true
        ssh: {
          publicKeys: [
            {
              path: '/home/operator-${replica.id}/.ssh/authorized_keys'
              keyData: sshPublicKey
            }
          ]
        }
        // The platform must not restart several replicas at the same time; who rolls the pool patches it.
        patchSettings: {
          patchMode: 'ImageDefault'
          assessmentMode: 'ImageDefault'
        }
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: card.id
          properties: {
            deleteOption: 'Detach'
          }
        }
      ]
    }
    diagnosticsProfile: {
      bootDiagnostics: {
        enabled: true
      }
    }
  }
}

resource agent 'Microsoft.Compute/virtualMachines/extensions@2024-11-01' = {
  parent: machine
  name: 'AzureMonitorLinuxAgent'
  location: replica.region
  properties: {
    publisher: 'Microsoft.Azure.Monitor'
    type: 'AzureMonitorLinuxAgent'
    typeHandlerVersion: '1.33'
    autoUpgradeMinorVersion: true
    enableAutomaticUpgrade: true
    settings: {
      authentication: {
        managedIdentity: {
          'identifier-name': 'mi_res_id'
          'identifier-value': identity.id
        }
      }
    }
  }
}

resource collected 'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11' = {
  name: 'own-logs'
  scope: machine
  properties: {
    dataCollectionRuleId: collectionRuleId
  }
}

output name string = machine.name
