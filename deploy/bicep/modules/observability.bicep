// The log workspace of one replica, or of the gateway, and what goes into it from a machine: the system's log, in which the node's is.

param name string
param region string
param days int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${name}'
  location: region
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: days
    features: {
      disableLocalAuth: true
    }
    // A machine can send a lot when something is wrong; the rest of a day beyond this is lost, and the journal of the machine has it.
    workspaceCapping: {
      dailyQuotaGb: 2
    }
  }
}

resource collection 'Microsoft.Insights/dataCollectionRules@2023-03-11' = {
  name: 'dcr-${name}'
  location: region
  kind: 'Linux'
  properties: {
    dataSources: {
      syslog: [
        {
          name: 'system'
          streams: ['Microsoft-Syslog']
          facilityNames: ['daemon', 'kern', 'syslog', 'auth', 'user']
          logLevels: ['Info', 'Notice', 'Warning', 'Error', 'Critical', 'Alert', 'Emergency']
        }
      ]
    }
    destinations: {
      logAnalytics: [
        {
          name: 'workspace'
          workspaceResourceId: workspace.id
        }
      ]
    }
    dataFlows: [
      {
        streams: ['Microsoft-Syslog']
        destinations: ['workspace']
      }
    ]
  }
}

output workspaceId string = workspace.id
output collectionRuleId string = collection.id
