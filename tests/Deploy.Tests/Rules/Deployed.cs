namespace KvStore.Deploy.Tests;

/// <summary>A pool's resources, and whose group is whose.</summary>
internal sealed class Deployed
{
    private const string GroupType = "Microsoft.Resources/resourceGroups";

    public Deployed(Pool pool)
    {
        Pool = pool;
        OwnGroups = pool.Replicas.Distinct().ToDictionary(static id => id, id => GroupsWhere(made => made.Owner == id && made.Origin.StartsWith("modules/", StringComparison.Ordinal)));
        NetworkGroups = pool.Replicas.Distinct().ToDictionary(
            static id => id, IReadOnlyList<string> (id) => [.. pool.Of(GroupType).Where(group => group.Owner == id).Select(static group => group.Id).Except(OwnGroups[id])]);
    }

    /// <summary>What is made.</summary>
    public Pool Pool { get; }

    /// <summary>The groups that a replica's part is deployed to: one.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> OwnGroups { get; }

    /// <summary>The groups of its network: one.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> NetworkGroups { get; }

    /// <summary>Everything that is deployed into a replica's own groups.</summary>
    public IEnumerable<Instance> In(string replica) => Pool.Made.Where(made => OwnGroups[replica].Contains(made.Scope));

    /// <summary>The replica whose own group it is; null for others.</summary>
    public string? OwnerOf(string group) => OwnGroups.FirstOrDefault(own => own.Value.Contains(group)).Key;

    /// <summary>The replica whose network's group it is; null for others.</summary>
    public string? NetworkOwnerOf(string group) => NetworkGroups.FirstOrDefault(own => own.Value.Contains(group)).Key;

    /// <summary>The resource group in an id.</summary>
    public static string GroupOf(string id) => string.Join('/', id.Split('/').Take(5));

    private IReadOnlyList<string> GroupsWhere(Func<Instance, bool> which) => [.. Pool.Made.Where(which).Select(static made => made.Scope).Distinct(StringComparer.OrdinalIgnoreCase)];
}
