using System.Text.RegularExpressions;

namespace KvStore.Deploy.Tests;

/// <summary>That nobody who has one replica has another one too.</summary>
internal static partial class IsolationRules
{
    private const string Assignments = "Microsoft.Authorization/roleAssignments";
    private const string Identities = "Microsoft.ManagedIdentity/userAssignedIdentities";

    // What a replica consists of, beside its place in a network.
    private static readonly string[] _own =
    [
        "Microsoft.KeyVault/vaults", "Microsoft.Storage/storageAccounts", "Microsoft.OperationalInsights/workspaces", "Microsoft.Compute/disks", "Microsoft.Compute/virtualMachines",
    ];

    public static IReadOnlyList<Rule> All { get; } =
    [
        Rule.OfPools("Each replica has a resource group of its own", OwnGroup),
        Rule.OfPools("Each replica has its own vault, account, logs, disk and machine", OwnThings),
        Rule.OfPools("Nothing is made twice", Once),
        Rule.OfPools("No replica's resources refer to another replica's", NoReferences),
        Rule.OfPools("A machine has no identity but its replica's", OwnIdentity),
        Rule.OfPools("No identity has a role in two replicas' groups", Roles),
        Rule.OfPools("Roles are those that the templates need", KnownRoles),
        Rule.OfPools("No two identities trust the same environment of the workflow", Environments),
    ];

    // Group names are the same in any case to Azure.
    private static IEnumerable<string> OwnGroup(Deployed pool)
    {
        if (pool.Pool.Replicas.Distinct(StringComparer.OrdinalIgnoreCase).Count() != pool.Pool.Replicas.Count) yield return "Two replicas have one name.";
        foreach (var (replica, groups) in pool.OwnGroups)
        {
            if (groups.Count != 1) yield return $"{replica} is deployed to {groups.Count} groups.";
            foreach (var (other, others) in pool.OwnGroups)
            {
                if (string.CompareOrdinal(replica, other) < 0 && groups.Concat(pool.NetworkGroups[replica]).Intersect(others.Concat(pool.NetworkGroups[other]), StringComparer.OrdinalIgnoreCase).Any())
                    yield return $"{replica} and {other} share a group.";
            }

            if (pool.NetworkGroups[replica].Count != 1) yield return $"{replica} has {pool.NetworkGroups[replica].Count} groups for its network.";
            foreach (var foreign in pool.In(replica).Where(made => made.Owner != replica)) yield return $"{foreign.Origin} puts what is not {replica}'s into its group.";
        }
    }

    private static IEnumerable<string> OwnThings(Deployed pool) =>
        from replica in pool.Pool.Replicas
        from type in _own
        let made = pool.In(replica).Count(each => each.Type == type)
        where made != 1
        select $"{replica} has {made} of {type} in its group.";

    private static IEnumerable<string> Once(Deployed pool) =>
        from made in pool.Pool.Made
        group made by made.Id.ToUpperInvariant() into same
        where same.Count() > 1
        select $"{string.Join(" and ", same.Select(static made => made.Origin).Distinct())} make {same.First().Id} {same.Count()} times.";

    private static IEnumerable<string> NoReferences(Deployed pool) =>
        from replica in pool.Pool.Replicas
        from other in pool.Pool.Replicas
        where other != replica
        from made in pool.In(replica)
        from text in made.Texts()
        from id in pool.OwnGroups[other].Concat(pool.NetworkGroups[other])
        where Regex.IsMatch(text, Regex.Escape(id) + "(?![A-Za-z0-9_.-])", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(5))
        select $"{made.Origin} of {replica} refers to {other}: {text}.";

    private static IEnumerable<string> OwnIdentity(Deployed pool) =>
        from replica in pool.Pool.Replicas
        from made in pool.In(replica)
        let identities = made["identity.userAssignedIdentities"] as IReadOnlyDictionary<string, object?>
        where made["identity"] is not null
        from violation in (identities?.Keys ?? [])
            .Where(id => !pool.OwnGroups[replica].Contains(Deployed.GroupOf(id))).Select(id => $"{made.Origin} of {replica} has the identity {id}.")
            .Concat(Equals(made["identity.type"], "UserAssigned") ? [] : [$"{made.Origin} has identities that roles are not looked for here."])
        select violation;

    private static IEnumerable<string> Roles(Deployed pool)
    {
        var identities = pool.Pool.Of(Identities).Select(static made => made.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var made in pool.Pool.Of(Assignments))
        {
            var principal = Principal().Match(made["properties.principalId"] as string ?? "");
            if (!principal.Success || !identities.Contains(principal.Groups["id"].Value))
            {
                yield return $"{made.Origin} gives a role to whom these templates do not make: {made["properties.principalId"]}.";
                continue;
            }

            var home = Deployed.GroupOf(principal.Groups["id"].Value);
            var of = pool.OwnerOf(home);
            var target = pool.OwnerOf(made.Scope);
            var network = pool.NetworkOwnerOf(made.Scope);
            if (!made.Scope.Contains("/resourceGroups/", StringComparison.Ordinal)) yield return $"{made.Origin} gives a role in a whole subscription.";
            else if (target is not null && of != target) yield return $"{made.Origin} gives {home} a role in the group of {target}.";
            else if (network is not null && (of is not null ? of != network : pool.NetworkOwnerOf(home) is not null)) yield return $"{made.Origin} gives {of} a role in the network of {network}.";
            else if (target is null && network is null && home != made.Scope) yield return $"{made.Origin} gives {home} a role in {made.Scope}.";
        }
    }

    // Contributor, Role Based Access Control Administrator (under a condition), Key Vault Secrets Officer and User, Storage Blob Data Contributor, Network Contributor.
    private static readonly string[] _roles =
    [
        "b24988ac-6180-42a0-ab88-20f7382dd24c", "f58310d9-a9f6-439a-9e8d-f62e7b41a168", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        "4633458b-17de-408a-b874-0445c86b69e6", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "4d97b98b-1d4f-4787-a291-c67834d212e7",
    ];

    private static IEnumerable<string> KnownRoles(Deployed pool)
    {
        var made = pool.Pool.Of("Microsoft.Authorization/roleDefinitions").ToDictionary(static role => role.Id);
        foreach (var assignment in pool.Pool.Of(Assignments))
        {
            var role = assignment["properties.roleDefinitionId"] as string ?? "";
            if (!made.ContainsKey(role) && !_roles.Contains(role.Split('/')[^1])) yield return $"{assignment.Origin} gives the role {role}.";
            if (role.EndsWith(_roles[1], StringComparison.Ordinal) && assignment["properties.condition"] is null) yield return $"{assignment.Origin} lets a deployer give any role.";
        }

        foreach (var role in made.Values.Where(static role => role.Texts().Any(static text => text == "*" || text.EndsWith("/write", StringComparison.Ordinal)))) yield return $"{role.Origin} may write.";
    }

    private static IEnumerable<string> Environments(Deployed pool) =>
        from trust in pool.Pool.Of("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials")
        group trust by trust["properties.subject"] as string into same
        where same.Count() > 1
        select $"{same.Count()} identities trust '{same.Key}'.";

    [GeneratedRegex("^‹(?<id>[^›]+)›\\.properties\\.principalId$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Principal();
}
