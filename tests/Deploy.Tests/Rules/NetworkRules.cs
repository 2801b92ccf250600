namespace KvStore.Deploy.Tests;

/// <summary>Who reaches which port.</summary>
internal static class NetworkRules
{
    private const string Groups = "Microsoft.Network/networkSecurityGroups";
    private const string Networks = "Microsoft.Network/virtualNetworks";

    /// <summary>The port for peers is for the other replicas, that for clients for the gateway, the endpoints for the replica's own machine, and nothing else comes in.</summary>
    public static Rule Ports { get; } = Rule.OfPools("Ports are open to those that they are for, and to nobody else", Violations);

    private static IEnumerable<string> Violations(Deployed pool)
    {
        var addresses = pool.Pool.Replicas.ToDictionary(static replica => replica, replica => AddressOf(pool.In(replica)));
        var networks = pool.Pool.Of(Networks).ToList();
        if (addresses.Values.Distinct().Count() != addresses.Count) yield return "Two machines have one address.";
        var gateway = networks.Single(network => pool.NetworkOwnerOf(network.Scope) is null);
        foreach (var network in networks)
        {
            var replica = pool.NetworkOwnerOf(network.Scope);
            foreach (var subnet in Items(network["properties.subnets"]))
            {
                var rules = pool.Pool.Of(Groups).SingleOrDefault(group => group.Id == Instance.Find(subnet, "properties.networkSecurityGroup.id") as string);
                if (rules is null) yield return $"{network.Origin}: a subnet has no rules.";
                else if (!EndsWithDeny(rules)) yield return $"{rules.Origin} does not refuse the rest.";
                else if (replica is not null)
                {
                    foreach (var open in Allowed(rules).Where(rule => !IsMeant(rule, replica, addresses, Prefix(gateway))))
                        yield return $"{rules.Origin} of {replica}: '{Instance.Find(open, "name")}' lets in whom it should not.";
                }
            }

            if (replica is not null && pool.Pool.Of(Groups).Where(group => group.Scope == network.Scope).SelectMany(Allowed).Count() != 3)
                yield return $"{network.Origin} of {replica} must let in peers, clients and, at the endpoints, the machine.";
        }
    }

    private static bool IsMeant(object? rule, string replica, Dictionary<string, string> addresses, string gateway)
    {
        var port = Instance.Find(rule, "properties.destinationPortRange") as string;
        var several = Items(Instance.Find(rule, "properties.sourceAddressPrefixes")).Select(static each => (string)each!).ToList();
        var from = Instance.Find(rule, "properties.sourceAddressPrefix") is string one ? [one] : several;
        return port switch
        {
            "7000" => from.Order(StringComparer.Ordinal).SequenceEqual(addresses.Where(each => each.Key != replica).Select(static each => each.Value).Order(StringComparer.Ordinal)),
            "7001" => from.SequenceEqual([gateway]),
            "443" => from.SequenceEqual([addresses[replica]]),
            _ => false,
        };
    }

    private static string AddressOf(IEnumerable<Instance> made) =>
        (string)Instance.Find(Items(made.Single(static each => each.Type == "Microsoft.Network/networkInterfaces")["properties.ipConfigurations"]).Single(), "properties.privateIPAddress")!;

    private static IEnumerable<object?> Allowed(Instance group) => Items(group["properties.securityRules"])
        .Where(static rule => Instance.Find(rule, "properties.direction") as string == "Inbound" && Instance.Find(rule, "properties.access") as string == "Allow");

    private static bool EndsWithDeny(Instance group) => Items(group["properties.securityRules"]).Any(static rule =>
        Instance.Find(rule, "properties") is IReadOnlyDictionary<string, object?> properties
        && Equals(properties["direction"], "Inbound") && Equals(properties["access"], "Deny") && Equals(properties["priority"], 4096L)
        && Equals(properties["protocol"], "*") && Equals(properties.GetValueOrDefault("sourceAddressPrefix"), "*") && Equals(properties.GetValueOrDefault("destinationPortRange"), "*"));

    private static string Prefix(Instance network) => (string)Items(network["properties.addressSpace.addressPrefixes"]).Single()!;

    private static IReadOnlyList<object?> Items(object? value) => value as IReadOnlyList<object?> ?? [];
}
