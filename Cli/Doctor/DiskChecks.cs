using System.Globalization;
using KvStore.Cli.Output;
using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.Storage;

namespace KvStore.Cli.Doctor;

/// <summary>Where a node keeps its data: who uses it, how much room there is, how fast it is, and what is durable.</summary>
internal static class DiskChecks
{
    private const int Flushes = 64;
    private const long FreeBytesMin = 256L * 1024 * 1024;
    private const long FreeBytesGood = 2L * 1024 * 1024 * 1024;

    // Every write waits for a flush of a quorum of nodes; below this the disk is not what one notices.
    private static readonly TimeSpan _flushGood = TimeSpan.FromMilliseconds(10);

    /// <summary>The process that runs the node, by the leases of its shards; null when none does.</summary>
    public static uint? HolderOf(NodeSetup setup)
    {
        try
        {
            return Shards(setup).Where(Directory.Exists).Select(DirectoryProbe.HolderOf).FirstOrDefault(holder => holder is not null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // What is wrong there is said below.
        }
    }

    /// <summary>Looks at all of it.</summary>
    public static IReadOnlyList<Finding> Of(NodeSetup setup, uint? holder)
    {
        var durability = setup.Config.IsDurable
            ? Finding.Ok("durability", "What is said is on disk before.")
            : Finding.Warning("durability", "Nothing is flushed: a power cut can lose what was acknowledged.", $"Set {NodeSetting.Durability.Name} to always.");
        try
        {
            return [Data(setup, holder), Room(ProbeOf(setup)), Speed(ProbeOf(setup)), durability];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [Finding.Problem("data", $"'{setup.Config.DataPath}' can't be used: {exception.Message}", "Make it writable for the user that runs the node, or name another directory with the setting 'data'."), durability];
        }
    }

    /// <summary>How much room there is, as a finding.</summary>
    public static Finding RoomOf(long freeBytes) => freeBytes switch
    {
        < FreeBytesMin => Finding.Problem("room", $"{ByteSize.Mebibytes(freeBytes)} are free.", "Make room: a node whose disk is full stops voting."),
        < FreeBytesGood => Finding.Warning("room", $"{ByteSize.Mebibytes(freeBytes)} are free.", "Make room. A snapshot is written beside the one before, and the ledger keeps growing."),
        _ => Finding.Ok("room", $"{ByteSize.Mebibytes(freeBytes)} are free."),
    };

    /// <summary>How fast flushes are, as a finding.</summary>
    /// <param name="times">Their times, ascending.</param>
    public static Finding SpeedOf(IReadOnlyList<TimeSpan> times)
    {
        var (median, slowest) = (times[times.Count / 2], times[^1]);
        var text = $"A flush of 4 KiB takes {Milliseconds(median)} ms (median of {times.Count}; the slowest {Milliseconds(slowest)} ms).";
        return median <= _flushGood
            ? Finding.Ok("flush", text)
            : Finding.Warning("flush", text, "Every write waits for it. Use a local disk with a write cache that survives a power cut, and none that others keep busy.");
    }

    private static Finding Data(NodeSetup setup, uint? holder)
    {
        var shards = Shards(setup);
        var missing = setup.Marks.HasRun() ? shards.Where(path => !Directory.Exists(path)).ToList() : [];
        if (missing.Count > 0)
        {
            return Finding.Warning(
                "data", $"The node has run, and {string.Join(", ", missing.Select(Path.GetFileName))} of its data is not there.",
                "Start it and it fetches that from the others, or restore it first: 'kv snapshot restore'. One node at a time.");
        }

        var bytes = Directory.Exists(setup.Config.DataPath) ? ReplicaFiles.In(setup.Config.DataPath).Bytes : 0;
        var use = holder is { } process ? $"process {process} runs the node" : "no process uses it";
        return Finding.Ok("data", $"{ByteSize.Mebibytes(bytes)} in '{setup.Config.DataPath}'; {use}.");
    }

    private static Finding Room(string directory) => RoomOf(DirectoryProbe.FreeBytes(directory));

    private static Finding Speed(string directory) => SpeedOf(DirectoryProbe.MeasureFlushes(directory, Flushes));

    // Before the first start there is no data directory yet, and it will be made where its parent is.
    private static string ProbeOf(NodeSetup setup)
    {
        var path = setup.Config.DataPath;
        while (!Directory.Exists(path)) path = Path.GetDirectoryName(path) ?? throw new IOException($"There is no directory above '{setup.Config.DataPath}'.");
        return path;
    }

    private static List<string> Shards(NodeSetup setup) => [.. setup.Document.Genesis.Groups.Select(group => setup.Config.ShardPath(group.Id))];

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
