// Four replicas over the three zones of a region. One zone has two of them: deploy/README.md, "What the loss of a zone means".

using '../main.bicep'

param prefix = 'kv'
param replicas = [
  { id: 'alpha', region: 'westeurope', zone: '1' }
  { id: 'beta', region: 'westeurope', zone: '2' }
  { id: 'gamma', region: 'westeurope', zone: '3' }
  { id: 'delta', region: 'westeurope', zone: '1' }
]
param addressPool = '10.40.0.0/16'
param gatewayRegion = 'westeurope'
param gatewayZones = ['1', '2', '3']
param certificateSecretId = readEnvironmentVariable('KV_CERTIFICATE_SECRET_ID', '')
param vmSize = 'Standard_D4as_v5'
param dataDiskGiB = 256
param logDays = 30
param sshPublicKey = readEnvironmentVariable('KV_SSH_PUBLIC_KEY')

// What a deployment is to do: deploy/README.md, "Actions".
param image = readEnvironmentVariable('KV_IMAGE')
param action = readEnvironmentVariable('KV_ACTION')
param genesis = readEnvironmentVariable('KV_GENESIS', '')
param run = readEnvironmentVariable('KV_RUN')
