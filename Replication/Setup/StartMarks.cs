using KvStore.Protocol;
using KvStore.Storage;

namespace KvStore.Replication.Setup;

/// <summary>
/// What a node's directory says of its earlier runs. An empty disk alone says nothing: it is that of a new node, or one that was lost with all the votes on it.
/// So who makes the directory leaves there the leave to start for the first time, and the first start takes it away, once <c>data/started</c> is durable.
/// Without leave and mark the data was lost, whoever removed it.
/// </summary>
/// <param name="directory">The node's directory, which holds the leave.</param>
/// <param name="data">Its data, which holds the mark beside the disks.</param>
/// <param name="cluster">The cluster that the node is of.</param>
/// <param name="key">The node's key.</param>
public sealed class StartMarks(string directory, string data, ClusterId cluster, PublicKey key)
{
    private const string LeaveFormat = "kv-first-start-1";
    private const string MarkFormat = "kv-started-1";
    private const string UnflushedFormat = "kv-unflushed-1";
    private const int BytesMax = 4096;

    private string Leave => Path.Combine(directory, "first-start");

    private string Mark => Path.Combine(data, "started");

    private string Unflushed => Path.Combine(data, "unflushed");

    /// <summary>Gives a new node the leave to start for the first time.</summary>
    /// <exception cref="SetupException">It can't be written, or is there already.</exception>
    public void Grant() => Write(Leave, LeaveFormat);

    /// <summary>Whether the node has run with this data.</summary>
    /// <exception cref="SetupException">The data is that of another cluster or node.</exception>
    public bool HasRun() => File.Exists(Mark) && IsOurs(
        Mark, MarkFormat, "The data", $"Give the node its own data directory, or remove '{data}': the node then fetches its state from the others.");

    /// <summary>Whether the node may start for the first time.</summary>
    /// <exception cref="SetupException">The leave is for another cluster or node.</exception>
    public bool MayStartFirst() => File.Exists(Leave) && IsOurs(Leave, LeaveFormat, "The leave for a first start", $"Remove '{Leave}': the node then fetches its state from the others.");

    /// <summary>Marks durably that the node runs from now on, and then takes the leave away. Does nothing when both were done.</summary>
    /// <exception cref="SetupException">It can't be written.</exception>
    public void OnStart()
    {
        Directory.CreateDirectory(data);
        if (!File.Exists(Mark)) Write(Mark, MarkFormat);
        if (File.Exists(Leave)) Remove(Leave, directory, "The node must be able to, or a lost disk could be taken for a new one.");
    }

    /// <summary>
    /// Whether a run with durability none did not end in order: nothing says what of it is on the disks. Only that the mark is there counts, whatever is in it.
    /// </summary>
    public bool MayLackWrites => File.Exists(Unflushed);

    /// <summary>Marks durably, before anything is said, that this run flushes nothing.</summary>
    /// <exception cref="SetupException">It can't be written.</exception>
    public void OnUnflushedStart()
    {
        Directory.CreateDirectory(data);
        if (!MayLackWrites) Write(Unflushed, UnflushedFormat);
    }

    /// <summary>All that was written is durable.</summary>
    /// <exception cref="SetupException">The mark can't be removed.</exception>
    public void OnFlushed()
    {
        if (MayLackWrites) Remove(Unflushed, data, "The node must be able to, or it takes its disks for lost at the next start.");
    }

    private static void Remove(string path, string directory, string next)
    {
        try
        {
            File.Delete(path);
            DurableNames.Flush(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The file '{path}' can't be removed: {exception.Message}", next);
        }
    }

    private void Write(string path, string format) => SetupFiles.Write(
        path,
        SetupJson.Write(new StartedJson(format, SignatureBase.ClusterName(cluster), SignatureBase.KeyName(key)), SetupJson.Default.StartedJson),
        secret: false,
        overwrite: false);

    private bool IsOurs(string path, string format, string what, string next)
    {
        var json = SetupJson.Read(SetupFiles.Read(path, BytesMax, next), SetupJson.Default.StartedJson, $"The file '{path}'", "a node's mark", next);
        if (json.Format != format) throw new SetupException($"The file '{path}' has the format '{json.Format}', and '{format}' is what this program reads.", next);
        if (json.Cluster != SignatureBase.ClusterName(cluster))
            throw new SetupException($"{what} in '{path}' is of the cluster '{json.Cluster}', and the genesis of '{SignatureBase.ClusterName(cluster)}'.", next);
        if (json.PublicKey != SignatureBase.KeyName(key)) throw new SetupException($"{what} in '{path}' is of the key '{json.PublicKey}', and the node has '{SignatureBase.KeyName(key)}'.", next);
        return true;
    }
}
