// A table service and a blob service in memory, with the answers, limits and guarantees of Azure's. It may break: any request, before it is done, after it, or so
// that it is done later; and the size of pages. It may not break: that changes of one request are done together or not at all, that conditions are checked
// when they are done, and that what was done stays.
using KvStore.Storage.Tables;

namespace KvStore.Storage.Tests;

/// <summary>What becomes of a request.</summary>
internal enum Fate
{
    Done,

    /// <summary>The service is busy (503): not done.</summary>
    Busy,

    /// <summary>Done, and the answer is lost.</summary>
    AnswerLost,

    /// <summary>No answer, and it is done when the network delivers it: <see cref="FakeCloud.DeliverLate"/>.</summary>
    Late,

    /// <summary>The sender's power goes before it is sent.</summary>
    PowerCut,

    /// <summary>The sender's power goes when it is done.</summary>
    DoneAndPowerCut,

    /// <summary>The sender's power goes while it is on its way.</summary>
    LateAndPowerCut,
}

/// <summary>One replica's partition and container, as several senders may use them.</summary>
internal sealed class FakeCloud
{
    private readonly Queue<Action> _late = new();

    public FakeTable Table { get; } = new();

    public FakeBlobs Blobs { get; } = new();

    /// <summary>How many rows a page has at most.</summary>
    public int PageRowsMax { get; set; } = 1000;

    /// <summary>How many requests changed something, or tried to.</summary>
    public int Writes { get; private set; }

    /// <summary>The disk as a sender sees it.</summary>
    /// <param name="fate">Decides what becomes of each of its requests that change something.</param>
    /// <param name="observe">What passes while a claimant looks at the lease; null when it does not look.</param>
    /// <param name="clock">The sender's clock.</param>
    public TableDisk Open(Func<string, Fate>? fate = null, Action? observe = null, TimeProvider? clock = null)
    {
        var options = new TableDiskOptions
        {
            ObserveFor = observe is null ? TimeSpan.Zero : TimeSpan.FromSeconds(15),
            Wait = time => { if (time == TimeSpan.FromSeconds(15)) observe?.Invoke(); },
            Clock = clock ?? TimeProvider.System,
        };
        var sender = new FakeSender(this, fate ?? (_ => Fate.Done));
        return TableDisk.Open(sender, sender, options);
    }

    /// <summary>The network delivers what was late. What is refused now, nobody hears of.</summary>
    public void DeliverLate()
    {
        while (_late.TryDequeue(out var request))
        {
            try
            {
                request();
            }
            catch (StoreRefusedException)
            {
            }
        }
    }

    internal TResult Carry<TResult>(Fate fate, Func<TResult> request)
    {
        Writes++;
        switch (fate)
        {
            case Fate.Busy:
                throw new StoreUnavailableException("503 ServerBusy", TimeSpan.FromSeconds(1));
            case Fate.AnswerLost:
                request();
                throw new StoreUnavailableException("The connection was closed.");
            case Fate.Late:
                _late.Enqueue(() => request());
                throw new StoreUnavailableException("No answer came in time.");
            case Fate.PowerCut:
                throw new PowerCutException();
            case Fate.DoneAndPowerCut:
                request();
                throw new PowerCutException();
            case Fate.LateAndPowerCut:
                _late.Enqueue(() => request());
                throw new PowerCutException();
            default:
                return request();
        }
    }
}

/// <summary>One sender's way to the services.</summary>
internal sealed class FakeSender(FakeCloud cloud, Func<string, Fate> fate) : ITableStore, IBlobStore
{
    string ITableStore.Name => "fake/shard-0-replica-0";

    string IBlobStore.Name => "fake/blobs";

    public TableRow? Find(string key) => cloud.Table.Find(key);

    public TablePage Query(string first, string last, IReadOnlyList<string>? properties, string? continuation) =>
        cloud.Table.Query(first, last, properties, continuation, cloud.PageRowsMax);

    public IReadOnlyList<string?> Commit(IReadOnlyList<RowChange> changes) => cloud.Carry(fate("commit"), () => cloud.Table.Commit(changes));

    public void Create(string blob) => cloud.Carry(fate("create"), () => cloud.Blobs.Create(blob));

    public void Append(string blob, long at, ReadOnlyMemory<byte> bytes)
    {
        var copy = bytes.ToArray();
        cloud.Carry(fate("append"), () => cloud.Blobs.Append(blob, at, copy));
    }

    public long? LengthOf(string blob) => cloud.Blobs.LengthOf(blob);

    public int Read(string blob, long offset, Span<byte> destination) => cloud.Blobs.Read(blob, offset, destination);

    public void Delete(string blob) => cloud.Carry(fate("delete"), () => cloud.Blobs.Delete(blob));

    public IReadOnlyList<string> List() => cloud.Blobs.List();
}
