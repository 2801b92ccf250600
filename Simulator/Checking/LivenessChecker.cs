// protocol.md section 1, liveness: after the network calms down, everything that waits is answered and everybody is where the others are.
using System.Text;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Waits, for a bounded time after the end of all faults, for answers and convergence.</summary>
internal static class LivenessChecker
{
    private const int TimeoutsMax = 40;
    private const int BaseTicks = 6000;
    private const long MillisecondsPerSecond = 1000;

    public static void Finish(World world)
    {
        var consensus = world.Settings.Consensus;
        var bound = BoundOf(world);
        Require(world, () => world.Clients.All(client => client.IsDone), bound, "requests wait");
        Require(world, () => world.Shards.All(HasConverged), bound, "the replicas have not converged");
        // Nobody asks for anything any more: keys expire all the same, those that may do so while anybody waits.
        var horizon = new Timestamp((ulong)(World.Epoch + world.Queue.Now + world.Settings.TimeToLiveMax * MillisecondsPerSecond) + consensus.ClockSkewMaxMilliseconds);
        var ticks = (long)(horizon.UnixMilliseconds - (ulong)(World.Epoch + world.Queue.Now)) / consensus.TickMilliseconds;
        Require(world, () => !world.Shards.Any(shard => shard.Oracle.Latest.Due(horizon).Any()), ticks + bound, "keys that are due have not expired");
        Require(world, () => world.Shards.All(HasConverged), bound, "the replicas have not converged");
    }

    /// <summary>How long, in ticks, whatever is asked for may take when nothing keeps it.</summary>
    public static long BoundOf(World world)
    {
        var consensus = world.Settings.Consensus;
        return BaseTicks + TimeoutsMax * ((long)consensus.RequestTimeoutTicks << consensus.TimeoutDoublingsMax);
    }

    /// <summary>All correct replicas run, have their memory, and are at the position that anybody ever executed, with one state.</summary>
    public static bool HasConverged(Shard shard)
    {
        foreach (var machine in shard.Machines)
        {
            if (machine.Tamper is not null) continue;
            if (machine.Process is not { } process || process.Driver.Replica is { IsRejoining: true } or { IsListening: true }) return false;
            if (process.Driver.Replica.Executed.Number != (ulong)shard.Agreement.Count) return false;
        }

        var roots = shard.Machines.Where(machine => machine is { Process: not null, Tamper: null }).Select(machine => machine.Process!.Driver.Publish().ComputeRoot()).Distinct().Count();
        if (roots > 1) shard.Violations.Add("Equal states", $"the replicas have {roots} different states at s{shard.Agreement.Count}");
        return roots == 1;
    }

    /// <summary>Goes on until something holds; that it does not within the time is a violation.</summary>
    public static void Require(World world, Func<bool> holds, long ticks, string otherwise)
    {
        if (world.Violations.Any || world.RunUntil(holds, ticks) || world.Violations.Any) return;
        world.Violations.Add("Liveness", $"{otherwise}, {ticks} ticks after there was nothing to keep them\n{Dump(world)}");
    }

    /// <summary>Where everybody stands.</summary>
    public static string Dump(World world)
    {
        var text = new StringBuilder();
        foreach (var machine in world.Shards.SelectMany(shard => shard.Machines))
        {
            text.Append(machine).Append(": ");
            if (machine.Process is not { } process) text.AppendLine("down");
            else text.AppendLine(Describe(process, machine));
        }

        foreach (var operation in world.History.Operations.Where(operation => !operation.IsOver).Take(10)) text.Append("waits: ").AppendLine(operation.ToString());
        return text.ToString();
    }

    private static string Describe(ReplicaProcess process, Machine machine)
    {
        var replica = process.Driver.Replica;
        var phase = replica.IsRejoining ? "rejoining" : replica.IsListening ? "listening" : replica.IsFetchingState ? "fetching" : replica.Active ? "open" : "closed";
        return $"{replica.View} {phase} primary {replica.Primary} stable s{replica.StableCheckpoint?.Vote.Sequence.Number ?? 0} executed {replica.Executed}"
            + $" {replica.Sizes}{(machine.Tamper is null ? "" : " byzantine")} gateway {process.Gateway.WaitingCount} at {process.Gateway.Executed}";
    }
}
