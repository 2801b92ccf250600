// adversary.md row 13; divergence.md, "A primary is measured by the backups' own exchange of votes".
namespace KvStore.Simulator;

/// <summary>Holds, at the end of a noisy phase, that a slow primary has been replaced and that no other one was.</summary>
internal static class PaceChecker
{
    public static void Check(World world)
    {
        foreach (var shard in world.Shards)
        {
            if (shard.Settings.SlowPrimary is not { } slow) continue;
            if (slow && shard.HighestView == 0) shard.Violations.Add("A primary that is too slow is replaced", $"after {world.Ticks} ticks it still leads");
            if (!slow && shard.HighestView > 0) shard.Violations.Add("Nobody is voted out for the machine's noise", $"the replicas have come to view {shard.HighestView}");
        }
    }
}
