// What the machine does for its node: a run command with node/node.sh, before which its settings stand as shell variables. It is carried out when
// something of it changes, fails the deployment when the node does not get ready, and what it printed is kept with it.

param machineName string
param region string
@description('Variables of node/node.sh. None is secret, and none has an apostrophe or a backslash.')
param settings object

var head = join(map(items(settings), setting => '${setting.key}=\'${setting.value}\''), '\n')

resource machine 'Microsoft.Compute/virtualMachines@2024-11-01' existing = {
  name: machineName
}

resource command 'Microsoft.Compute/virtualMachines/runCommands@2024-11-01' = {
  parent: machine
  name: 'node'
  location: region
  properties: {
    asyncExecution: false
    timeoutInSeconds: 2700
    treatFailureAsDeploymentFailure: true
    source: {
      script: '#!/bin/bash\n${head}\n${loadTextContent('../node/node.sh')}'
    }
  }
}
