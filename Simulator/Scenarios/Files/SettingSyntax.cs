using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>Reads <c>key = value</c>: the keys of the test-bed, and the seed.</summary>
internal static class SettingSyntax
{
    private const int MillisecondsMax = 3_600_000;

    // Less than it takes a message there and back, and every wait would end in a time-out.
    private const int TimeoutLeast = 50;

    // Of the test-bed's processes, hosts, logs and clients' own checks, which are not needed here: everything runs in one process, and everything is checked.
    private static readonly string[] _withoutMeaning =
        ["client_dict_validation_flag", "client_hosts", "client_retransmission_timeout", "hosts", "logfile_name", "logfile_path", "max_retransmission_counter", "replica_hosts"];

    /// <summary>What to write in place of a key that is none.</summary>
    public static string Known =>
        "There are test_case_name, seed, t, num_client, num_replica, client_timeout, head_timeout, nonhead_timeout, retransmission_case_replica_sleep_time, checkpt_interval, "
        + $"workload[client], failures[conf,replica], expect, expect['key'], and, without a meaning here, {string.Join(", ", _withoutMeaning)}.";

    /// <summary>Reads a setting's value; false when there is no such setting.</summary>
    public static bool TryRead(ScenarioDraft draft, string key, LineCursor line, int start)
    {
        if (ValueOf(key, line) is not { } set) return false;
        line.TakeEnd();
        if (draft.Set(key, line.Line, set) is { } earlier) throw line.Problem(start, $"'{key}' was given in line {earlier} already.");
        return true;
    }

    private static Func<ScenarioFile, ScenarioFile>? ValueOf(string key, LineCursor line)
    {
        if (_withoutMeaning.Contains(key, StringComparer.Ordinal))
        {
            Text(line);
            return scenario => scenario;
        }

        switch (key)
        {
            case "test_case_name":
                var name = Text(line);
                return scenario => scenario with { Name = name };
            case "seed":
                var seed = Number(line, "a seed", 0, int.MaxValue);
                return scenario => scenario with { Seed = seed };
            case "t":
                var tolerated = Number(line, "how many replicas may fail", 0, ScenarioRules.FaultsMax);
                return scenario => scenario with { Faults = tolerated };
            case "num_client":
                var clients = Number(line, "how many clients there are", 1, ScenarioRules.ClientsMax);
                return scenario => scenario with { Clients = clients };
            case "num_replica":
                var replicas = Number(line, "how many replicas there are", 1, GroupConfig.ReplicasMax);
                return scenario => scenario with { StatedReplicas = replicas };
            case "client_timeout":
                var retry = Number(line, "milliseconds", TimeoutLeast, MillisecondsMax);
                return scenario => scenario with { ClientTimeout = retry };
            case "head_timeout":
                var head = Number(line, "milliseconds", TimeoutLeast, MillisecondsMax);
                return scenario => scenario with { HeadTimeout = head };
            case "nonhead_timeout":
                var other = Number(line, "milliseconds", TimeoutLeast, MillisecondsMax);
                return scenario => scenario with { ReplicaTimeout = other };
            case "retransmission_case_replica_sleep_time":
                var delay = Number(line, "milliseconds", 0, MillisecondsMax);
                return scenario => scenario with { MessageDelay = delay };
            case "checkpt_interval":
                var interval = Number(line, "positions between checkpoints", 1, ConsensusConfig.CheckpointIntervalMax);
                return scenario => scenario with { CheckpointInterval = interval };
            default: return null;
        }
    }

    private static int Number(LineCursor line, string what, int least, int most)
    {
        line.Take("=");
        return line.TakeNumber(what, least, most);
    }

    private static string Text(LineCursor line)
    {
        line.Take("=");
        return line.Rest();
    }
}
