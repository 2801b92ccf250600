namespace KvStore.Deploy.Tests;

/// <summary>
/// Each rule finds what it is for: the templates are broken on purpose, one line at a time, and the rule must say so. A text to be changed that is no longer there once is a failure, so no
/// case can go stale.
/// </summary>
public sealed class BrokenTemplateTests
{
    private const string Replica = "modules/replica.bicep";
    private const string Vault = "modules/vault.bicep";
    private const string Account = "modules/account.bicep";
    private const string Machine = "modules/machine.bicep";
    private const string Network = "modules/network.bicep";
    private const string Types = "shared-types.bicep";

    /// <summary>The rule, the file, what is there, and what is put there.</summary>
    public static TheoryData<string, string, string, string> Cases => new()
    {
        // Groups.
        {
            "Each replica has a resource group of its own", Types,
            "func groupOf(prefix string, id string) string => 'rg-${prefix}-${id}'",
            "func groupOf(prefix string, id string) string => 'rg-${prefix}'"
        },
        { "Each replica has a resource group of its own", "main.bicep", "groupOf(prefix, replica.id))", "groupOf(prefix, replica.zone))" },
        { "Each replica has a resource group of its own", Types, "'rg-${prefix}-${id}-net'", "'rg-${prefix}-net'" },
        { "Each replica has a resource group of its own", "parameters/zonal.bicepparam", "id: 'beta'", "id: 'alpha'" },
        { "Each replica has a resource group of its own", "parameters/zonal.bicepparam", "id: 'beta'", "id: 'ALPHA'" },

        // Vaults, accounts, identities, disks, logs.
        {
            "Each replica has its own vault, account, logs, disk and machine", Vault,
            "resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {",
            "resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {"
        },
        {
            "Each replica has its own vault, account, logs, disk and machine", Account,
            "resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {",
            "resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {"
        },
        {
            "Each replica has its own vault, account, logs, disk and machine", Machine,
            "resource data 'Microsoft.Compute/disks@2025-01-02' = {",
            "resource data 'Microsoft.Compute/disks@2025-01-02' existing = {"
        },
        {
            "Each replica has its own vault, account, logs, disk and machine", "modules/observability.bicep",
            "resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {",
            "resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {"
        },
        { "Nothing is made twice", "bootstrap/deployer.bicep", "deployer.id, roleAdministrator)", "deployer.id, contributor)" },
        { "No replica's resources refer to another replica's", Replica, "scope: resourceGroup(networkGroup)", "scope: resourceGroup('rg-kv-alpha-net')" },
        {
            "No replica's resources refer to another replica's", Replica,
            "workspaceId: logs.outputs.workspaceId\n  }\n}\n\nmodule machine",
            "workspaceId: resourceId('rg-kv-alpha', 'Microsoft.OperationalInsights/workspaces', 'log-kv-alpha')\n  }\n}\n\nmodule machine"
        },
        {
            "A machine has no identity but its replica's", Machine,
            "resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {\n",
            "resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {\n  scope: resourceGroup('rg-shared')\n"
        },
        { "A machine has no identity but its replica's", Machine, "type: 'UserAssigned'", "type: 'SystemAssigned, UserAssigned'" },

        // Roles.
        {
            "No identity has a role in two replicas' groups", Vault,
            "resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {\n  name: identityName",
            "resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {\n  scope: resourceGroup('rg-kv-alpha')\n  name: 'id-kv-alpha'"
        },
        { "No identity has a role in two replicas' groups", Account, "principalId: identity.properties.principalId", "principalId: '00000000-0000-0000-0000-000000000001'" },
        { "No identity has a role in two replicas' groups", "bootstrap/replica.bicep", "  name: 'kv-deployer'\n  scope: group\n", "  name: 'kv-deployer'\n  scope: networkGroup\n" },
        { "No identity has a role in two replicas' groups", "bootstrap/replica.bicep", "  scope: networkGroup\n", "  scope: group\n" },
        { "Roles are those that the templates need", "bootstrap/deployer.bicep", "'b24988ac-6180-42a0-ab88-20f7382dd24c')", "'8e3af657-a8ff-443c-a75c-2fe8c4bcb635')" },
        { "Roles are those that the templates need", "bootstrap/deployer.bicep", "    condition: '((", "    description2: '((" },
        { "Roles are those that the templates need", "bootstrap/network-roles.bicep", "'Microsoft.Network/virtualNetworks/read'", "'*'" },
        { "No two identities trust the same environment of the workflow", "bootstrap/replica.bicep", "environment: '${pool}-${replica.id}'", "environment: '${pool}-replica'" },

        // Properties.
        { "Vaults cannot be purged", Vault, "enablePurgeProtection: true", "enablePurgeProtection: false" },
        { "Vaults cannot be purged", "modules/gateway.bicep", "    enablePurgeProtection: true\n", "" },
        { "Vaults go by roles", Vault, "enableRbacAuthorization: true", "enableRbacAuthorization: false" },
        { "Vaults are closed to the public network", Vault, "publicNetworkAccess: 'Disabled'", "publicNetworkAccess: 'Enabled'" },
        { "Vaults are closed to the public network", Vault, "defaultAction: 'Deny'", "defaultAction: 'Allow'" },
        { "Accounts have no shared keys", Account, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true" },
        { "Accounts have no shared keys", Account, "    allowSharedKeyAccess: false\n", "" },
        { "Accounts are closed to the public network", Account, "publicNetworkAccess: 'Disabled'", "publicNetworkAccess: 'Enabled'" },
        { "Accounts are closed to the public network", Account, "allowBlobPublicAccess: false", "allowBlobPublicAccess: true" },
        { "Accounts are zone-redundant", Account, "'Standard_ZRS'", "'Standard_LRS'" },
        { "A disk is one machine's, and nobody exports it", Machine, "maxShares: 1", "maxShares: 2" },
        { "A disk is one machine's, and nobody exports it", Machine, "networkAccessPolicy: 'DenyAll'", "networkAccessPolicy: 'AllowAll'" },
        { "Machines take no passwords", Machine, "disablePasswordAuthentication: true", "disablePasswordAuthentication: false" },
        { "A node that does not get ready fails the deployment", "modules/node.bicep", "treatFailureAsDeploymentFailure: true", "treatFailureAsDeploymentFailure: false" },
        { "A node that does not get ready fails the deployment", "modules/node.bicep", "asyncExecution: false", "asyncExecution: true" },

        // Ports.
        { "Ports are open to those that they are for, and to nobody else", Network, "sourceAddressPrefixes: peers", "sourceAddressPrefix: '*'" },
        { "Ports are open to those that they are for, and to nobody else", Network, "destinationPortRange: string(clientPort)", "destinationPortRange: '*'" },
        { "Ports are open to those that they are for, and to nobody else", Network, "sourceAddressPrefix: gatewaySpaceOf(addressPool)", "sourceAddressPrefix: 'VirtualNetwork'" },
        { "Ports are open to those that they are for, and to nobody else", Network, "          networkSecurityGroup: {\n            id: machineRules.id\n          }\n", "" },
        {
            "Ports are open to those that they are for, and to nobody else", Network,
            "lets all peered networks in.'\n          priority: 4096",
            "lets all peered networks in.'\n          priority: 4095"
        },
        { "Ports are open to those that they are for, and to nobody else", Types, "cidrSubnet(pool, 24, index)", "cidrSubnet(pool, 24, 1)" },

        // Structure.
        { "The grammar knows every line", "main.bicep", "targetScope = 'subscription'", "targetScope == 'subscription'" },
        { "The grammar knows every line", Replica, "output address string = address", "output address string = " },
        { "The grammar knows every line", "parameters/dev.bicepparam", "param prefix = 'kvd'", "param prefix = = 'kvd'" },
        { "Every file that a template names is there", "shared.bicep", "'modules/gateway.bicep'", "'modules/gateways.bicep'" },
        { "Every file that a template names is there", "parameters/dev.bicepparam", "'../main.bicep'", "'../mains.bicep'" },
        { "Every file that a template names is there", Network, "import { spaceOf, ", "import { spacesOf, " },
        { "Every parameter, variable and import is used", Replica, "param run string\n", "param run string\nparam spare string = ''\n" },
        { "Every parameter, variable and import is used", Replica, "var networkGroup =", "var spare = 1\nvar networkGroup =" },
        { "Every parameter, variable and import is used", "modules/peerings.bicep", "import { networkType }", "import { networkType, replicaType }" },
        { "A module gets the parameters that it has", "main.bicep", "    vmSize: vmSize\n", "" },
        { "A module gets the parameters that it has", "main.bicep", "    vmSize: vmSize\n", "    vmSize: vmSize\n    size: vmSize\n" },
        { "A module gets the parameters that it has", "parameters/dev.bicepparam", "param prefix = 'kvd'\n", "" },
        {
            "No secret is given back", Account,
            "output backups string = '${account.properties.primaryEndpoints.blob}${backups.name}'",
            "output backups string = account.listKeys().keys[0].value"
        },
        { "No secret is given back", Vault, "output uri string = vault.properties.vaultUri", "output nodeSecret string = vault.properties.vaultUri" },
        { "Nobody hands secrets in", Replica, "param run string\n", "@secure()\nparam run string\n" },
        { "Nobody hands secrets in", Replica, "param run string\n", "param run string\nparam nodeKey string\n" },
        { "One type has one version everywhere", Vault, "'Microsoft.KeyVault/vaults@2024-11-01'", "'Microsoft.KeyVault/vaults@2023-07-01'" },
        { "Replicas are deployed one at a time", "main.bicep", "@batchSize(1)\n", "" },
        { "Replicas are deployed one at a time", "main.bicep", "@batchSize(1)\n", "@batchSize(2)\n" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Broken_on_purpose_a_rule_says_so(string rule, string path, string old, string text) =>
        Assert.NotEmpty(Rule.All[rule].Violations(TemplateSet.With(path, old, text)));

    [Fact]
    public void A_linter_that_only_warns_is_found() =>
        Assert.Single(StructureRules.Linter(Repository.Text("deploy/bicep/bicepconfig.json").Replace("unused-params\": { \"level\": \"error\"", "unused-params\": { \"level\": \"off\"", StringComparison.Ordinal)));

    [Fact]
    public void Every_rule_is_broken_by_a_case() =>
        Assert.Empty(Rule.All.Keys.Except(Cases.Select(static each => each.Data.Item1)).Except(["The linter's rules are errors"]));
}
