namespace KvStore.Deploy.Tests;

/// <summary>How vaults, accounts and disks are closed.</summary>
internal static class PropertyRules
{
    private const string Vaults = "Microsoft.KeyVault/vaults";
    private const string Accounts = "Microsoft.Storage/storageAccounts";
    private const string Disks = "Microsoft.Compute/disks";
    private const string Machines = "Microsoft.Compute/virtualMachines";

    public static IReadOnlyList<Rule> All { get; } =
    [
        Needs("Vaults cannot be purged", Vaults, ("properties.enablePurgeProtection", true)),
        Needs("Vaults go by roles", Vaults, ("properties.enableRbacAuthorization", true)),
        Needs("Vaults are closed to the public network", Vaults, ("properties.publicNetworkAccess", "Disabled"), ("properties.networkAcls.defaultAction", "Deny")),
        Needs("Accounts have no shared keys", Accounts, ("properties.allowSharedKeyAccess", false)),
        Needs("Accounts are closed to the public network", Accounts, ("properties.publicNetworkAccess", "Disabled"), ("properties.networkAcls.defaultAction", "Deny"), ("properties.allowBlobPublicAccess", false)),
        Needs("Accounts are zone-redundant", Accounts, ("sku.name", "Standard_ZRS")),
        Needs("A disk is one machine's, and nobody exports it", Disks, ("properties.maxShares", 1L), ("properties.publicNetworkAccess", "Disabled"), ("properties.networkAccessPolicy", "DenyAll")),
        Needs("Machines take no passwords", Machines, ("properties.osProfile.linuxConfiguration.disablePasswordAuthentication", true), ("properties.securityProfile.encryptionAtHost", true)),
        Needs("A node that does not get ready fails the deployment", "Microsoft.Compute/virtualMachines/runCommands", ("properties.treatFailureAsDeploymentFailure", true), ("properties.asyncExecution", false)),
    ];

    private static Rule Needs(string name, string type, params (string Path, object Value)[] needed) => Rule.OfPools(name, pool =>
    {
        var made = pool.Pool.Of(type).ToList();
        var violations = from each in made
                         from need in needed
                         where !Equals(each[need.Path], need.Value)
                         select $"{each.Origin} has {need.Path} = {each[need.Path] ?? "nothing"}.";
        return made.Count == 0 ? [$"There is no {type}."] : violations;
    });
}
