using System.Diagnostics;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>What a client wanted to do.</summary>
internal enum Deed
{
    /// <summary>Replace the value.</summary>
    Put,

    /// <summary>Append to the value.</summary>
    Append,

    /// <summary>Read the value.</summary>
    Get,
}

/// <summary>What a client knows of an operation that has ended.</summary>
internal enum Fate
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>It may have been done, or may yet be.</summary>
    Unknown,

    /// <summary>It was not done, and will not be.</summary>
    Refused,
}

/// <summary>One operation as its client saw it.</summary>
/// <param name="Deed">What it was to do.</param>
/// <param name="Key">To which key.</param>
/// <param name="Text">What was written, which no other operation writes; or what was read, null when the key was absent.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Invoked">When it was begun, by the machine's steady clock.</param>
/// <param name="Answered">When its answer came.</param>
/// <param name="Offset">Where appended text begins, by the answer.</param>
/// <param name="Shard">The shard that answered a write.</param>
/// <param name="Revision">The shard's revision after a write.</param>
/// <param name="Problem">Why it was not done, or is unknown: the problem's code.</param>
internal sealed record ChaosOperation(
    Deed Deed, string Key, string? Text, Fate Fate, long Invoked, long Answered, long Offset = 0, uint Shard = 0, ulong Revision = 0, string? Problem = null)
{
    /// <summary>Whether it was acknowledged as a write.</summary>
    public bool IsAcknowledgedWrite => Fate == Fate.Done && Deed != Deed.Get;
}

/// <summary>What all clients saw. Thread-safe.</summary>
internal sealed class ChaosHistory
{
    private readonly Lock _gate = new();
    private readonly List<ChaosOperation> _operations = [];
    private readonly List<(long Count, TaskCompletionSource Reached)> _waiting = [];
    private long _acknowledged;

    /// <summary>The machine's steady clock.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>All operations that have ended so far.</summary>
    public IReadOnlyList<ChaosOperation> Operations
    {
        get
        {
            lock (_gate) return [.. _operations];
        }
    }

    /// <summary>An operation has ended.</summary>
    public void Add(ChaosOperation operation)
    {
        lock (_gate)
        {
            _operations.Add(operation);
            if (!operation.IsAcknowledgedWrite) return;
            _acknowledged++;
            foreach (var (_, reached) in _waiting.Where(each => each.Count <= _acknowledged)) reached.TrySetResult();
            _waiting.RemoveAll(each => each.Count <= _acknowledged);
        }
    }

    /// <summary>Returns when so many more writes have been acknowledged.</summary>
    public Task Acknowledged(int more, CancellationToken cancel)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((_acknowledged + more, reached));
            return reached.Task.WaitAsync(cancel);
        }
    }
}
