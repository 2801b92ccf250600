// Four replicas in four regions and four subscriptions: bears the loss of any zone, region or subscription. Every write waits for the third-fastest region.

using '../main.bicep'

param prefix = 'kvr'
param replicas = [
  { id: 'alpha', region: 'westeurope', zone: '1', subscriptionId: readEnvironmentVariable('KV_SUBSCRIPTION_ALPHA') }
  { id: 'beta', region: 'northeurope', zone: '1', subscriptionId: readEnvironmentVariable('KV_SUBSCRIPTION_BETA') }
  { id: 'gamma', region: 'swedencentral', zone: '1', subscriptionId: readEnvironmentVariable('KV_SUBSCRIPTION_GAMMA') }
  { id: 'delta', region: 'francecentral', zone: '1', subscriptionId: readEnvironmentVariable('KV_SUBSCRIPTION_DELTA') }
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
