// A pool to try things with: four replicas in one zone's reach, small machines. It bears one faulty node, and no loss of its zone.

using '../main.bicep'

param prefix = 'kvd'
param replicas = [
  { id: 'a', region: 'westeurope', zone: '1' }
  { id: 'b', region: 'westeurope', zone: '1' }
  { id: 'c', region: 'westeurope', zone: '1' }
  { id: 'd', region: 'westeurope', zone: '1' }
]
param addressPool = '10.40.0.0/16'
param gatewayRegion = 'westeurope'
param gatewayZones = []
param certificateSecretId = readEnvironmentVariable('KV_CERTIFICATE_SECRET_ID', '')
param vmSize = 'Standard_D2as_v5'
param dataDiskGiB = 32
param logDays = 30
param sshPublicKey = readEnvironmentVariable('KV_SSH_PUBLIC_KEY')

// What a deployment is to do: deploy/README.md, "Actions".
param image = readEnvironmentVariable('KV_IMAGE')
param action = readEnvironmentVariable('KV_ACTION')
param genesis = readEnvironmentVariable('KV_GENESIS', '')
param run = readEnvironmentVariable('KV_RUN')
