// The store as a dictionary: what http-api.md says of each operation, without a map, a root or a parser.
using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>A key's value, the revision at which it last changed, and the time from which on it expires; zero when it does not.</summary>
internal sealed record Kept(string Value, ulong Revision, string ContentType, Timestamp Expires);

/// <summary>A change of a key, as the oracle made it.</summary>
internal readonly record struct OracleChange(KeyChangeKind Kind, string Key, ulong Revision);

/// <summary>What the oracle knows while it executes a batch, and the changes that it has made so far.</summary>
internal sealed record OracleBatch(ShardRule Rule, Timestamp Time)
{
    public List<OracleChange> Changes { get; } = [];
}

/// <summary>All keys at one moment. Immutable, so that the oracle can keep one for every position.</summary>
internal sealed record KeyOracle(ImmutableSortedDictionary<string, Kept> Keys, ulong Revision)
{
    private const int ExpiredInOneBatchMax = 1024;
    private const ulong MillisecondsPerSecond = 1000;

    public static KeyOracle Empty { get; } = new(ImmutableSortedDictionary.Create<string, Kept>(StringComparer.Ordinal), 0);

    /// <summary>The revision that all changes get; null when each gets the next one.</summary>
    public ulong? Shared { get; init; }

    /// <summary>The keys after those that are due have been removed, at the beginning of a batch.</summary>
    public KeyOracle Expire(OracleBatch batch)
    {
        var after = this;
        foreach (var (key, _) in Due(batch.Time).Take(ExpiredInOneBatchMax)) after = after.Remove(key, KeyChangeKind.Expire, batch);
        return after;
    }

    /// <summary>The keys that are due at a time, in the order in which they go.</summary>
    public IEnumerable<KeyValuePair<string, Kept>> Due(Timestamp time) =>
        Keys.Where(each => each.Value.Expires != default && each.Value.Expires <= time).OrderBy(each => each.Value.Expires).ThenBy(each => each.Key, StringComparer.Ordinal);

    /// <summary>The result of an operation, and the keys after it.</summary>
    public (KeyOracle After, OperationResult Result) Execute(Intent intent, OracleBatch batch)
    {
        if (intent.Kind == OperationKind.Transaction) return StepsOracle.Transaction(this, intent, batch);
        if (intent.Kind == OperationKind.Batch) return StepsOracle.Batch(this, intent, batch);
        if (intent.Kind == OperationKind.List) return (this, new OperationResult { Code = ResultCode.Ok, Revision = Revision });
        return batch.Rule.Owns(intent.Key) ? Execute(intent, Keys.GetValueOrDefault(intent.Key), batch) : (this, Refusal(ResultCode.WrongShard, null));
    }

    private (KeyOracle After, OperationResult Result) Execute(Intent intent, Kept? found, OracleBatch batch) => intent.Kind switch
    {
        OperationKind.Get => (this, Get(found)),
        OperationKind.Create when found is not null => (this, Refusal(ResultCode.PreconditionFailed, found)),
        OperationKind.CompareAndSet when found is null || found.Revision != intent.IfRevision => (this, Refusal(ResultCode.PreconditionFailed, found)),
        OperationKind.Put or OperationKind.Create or OperationKind.CompareAndSet => Put(intent, found, batch),
        OperationKind.Append => Append(intent, found, batch),
        OperationKind.KeepSlice => KeepSlice(intent, found, batch),
        OperationKind.Delete when found is null => (this, Refusal(ResultCode.NotFound, null)),
        OperationKind.Delete => Delete(intent.Key, batch),
        _ => throw new InvalidOperationException($"An unknown kind of operation: {intent.Kind}."),
    };

    private OperationResult Get(Kept? found) => found is null
        ? Refusal(ResultCode.NotFound, null)
        : new OperationResult
        {
            Code = ResultCode.Ok,
            Revision = Revision,
            KeyRevision = found.Revision,
            Length = (ulong)found.Value.Length,
            Expires = found.Expires,
            Value = Encoding.ASCII.GetBytes(found.Value),
            ContentType = found.ContentType,
        };

    private (KeyOracle After, OperationResult Result) Put(Intent intent, Kept? found, OracleBatch batch)
    {
        var expires = intent.TimeToLive == 0 ? default : new Timestamp(batch.Time.UnixMilliseconds + (ulong)intent.TimeToLive * MillisecondsPerSecond);
        return Change(intent.Key, found, new Kept(intent.Value, 0, intent.ContentType, expires), 0, KeyChangeKind.Put, batch);
    }

    private (KeyOracle After, OperationResult Result) Append(Intent intent, Kept? found, OracleBatch batch)
    {
        var old = found ?? new Kept("", 0, intent.ContentType, default);
        if (intent.IfLength is { } length && length != old.Value.Length) return (this, Refusal(ResultCode.PreconditionFailed, found));
        return Change(intent.Key, found, old with { Value = old.Value + intent.Value }, old.Value.Length, KeyChangeKind.Append, batch);
    }

    private (KeyOracle After, OperationResult Result) KeepSlice(Intent intent, Kept? found, OracleBatch batch)
    {
        if (found is null) return (this, Refusal(ResultCode.NotFound, null));
        if (intent.Start > intent.End || intent.End > found.Value.Length) return (this, Refusal(ResultCode.Unprocessable, found));
        return Change(intent.Key, found, found with { Value = found.Value[intent.Start..intent.End] }, intent.Start, KeyChangeKind.Put, batch);
    }

    private (KeyOracle After, OperationResult Result) Delete(string key, OracleBatch batch)
    {
        var after = Remove(key, KeyChangeKind.Delete, batch);
        return (after, new OperationResult { Code = ResultCode.Ok, Revision = after.Revision });
    }

    private KeyOracle Remove(string key, KeyChangeKind kind, OracleBatch batch)
    {
        var after = this with { Keys = Keys.Remove(key), Revision = Shared ?? Revision + 1 };
        batch.Changes.Add(new OracleChange(kind, key, after.Revision));
        return after;
    }

    private (KeyOracle After, OperationResult Result) Change(string key, Kept? found, Kept changed, int offset, KeyChangeKind kind, OracleBatch batch)
    {
        var revision = Shared ?? Revision + 1;
        var after = this with { Keys = Keys.SetItem(key, changed with { Revision = revision }), Revision = revision };
        batch.Changes.Add(new OracleChange(kind, key, revision));
        var result = new OperationResult
        {
            Code = found is null ? ResultCode.Created : ResultCode.Ok,
            Revision = revision,
            KeyRevision = revision,
            Offset = (ulong)offset,
            Length = (ulong)changed.Value.Length,
            Expires = changed.Expires,
        };
        return (after, result);
    }

    private OperationResult Refusal(ResultCode code, Kept? found) => new()
    {
        Code = code,
        Revision = Revision,
        KeyRevision = found?.Revision ?? 0,
        Length = (ulong)(found?.Value.Length ?? 0),
        Expires = found?.Expires ?? default,
    };
}
