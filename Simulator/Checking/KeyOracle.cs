// The store as a dictionary: what http-api.md says of each operation, without a map, a root or a parser.
using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>A key's value and the revision at which it last changed.</summary>
internal sealed record Kept(string Value, ulong Revision, string ContentType);

/// <summary>All keys at one moment. Immutable, so that the oracle can keep one for every position.</summary>
internal sealed record KeyOracle(ImmutableSortedDictionary<string, Kept> Keys, ulong Revision)
{
    public static KeyOracle Empty { get; } = new(ImmutableSortedDictionary.Create<string, Kept>(StringComparer.Ordinal), 0);

    /// <summary>The result of an operation on the shard that the rule names, and the keys after it.</summary>
    public (KeyOracle After, OperationResult Result) Execute(Intent intent, ShardRule rule)
    {
        if (intent.Kind != OperationKind.List && !rule.Owns(intent.Key)) return (this, Refusal(ResultCode.WrongShard, null));
        var found = Keys.GetValueOrDefault(intent.Key);
        return intent.Kind switch
        {
            OperationKind.Get => (this, Get(found)),
            OperationKind.List => (this, new OperationResult { Code = ResultCode.Ok, Revision = Revision }),
            OperationKind.Create when found is not null => (this, Refusal(ResultCode.PreconditionFailed, found)),
            OperationKind.CompareAndSet when found is null || found.Revision != intent.IfRevision => (this, Refusal(ResultCode.PreconditionFailed, found)),
            OperationKind.Put or OperationKind.Create or OperationKind.CompareAndSet => Change(intent.Key, found, intent.Value, "", 0),
            OperationKind.Append => Change(intent.Key, found, (found?.Value ?? "") + intent.Value, found?.ContentType ?? "", found?.Value.Length ?? 0),
            OperationKind.KeepSlice => KeepSlice(intent, found),
            OperationKind.Delete => Delete(intent.Key, found),
            _ => throw new InvalidOperationException($"An unknown kind of operation: {intent.Kind}."),
        };
    }

    private OperationResult Get(Kept? found) => found is null
        ? Refusal(ResultCode.NotFound, null)
        : new OperationResult
        {
            Code = ResultCode.Ok,
            Revision = Revision,
            KeyRevision = found.Revision,
            Length = (ulong)found.Value.Length,
            Value = Encoding.ASCII.GetBytes(found.Value),
            ContentType = found.ContentType,
        };

    private (KeyOracle After, OperationResult Result) KeepSlice(Intent intent, Kept? found)
    {
        if (found is null) return (this, Refusal(ResultCode.NotFound, null));
        if (intent.Start > intent.End || intent.End > found.Value.Length) return (this, Refusal(ResultCode.Unprocessable, found));
        return Change(intent.Key, found, found.Value[intent.Start..intent.End], found.ContentType, intent.Start);
    }

    private (KeyOracle After, OperationResult Result) Delete(string key, Kept? found)
    {
        if (found is null) return (this, Refusal(ResultCode.NotFound, null));
        var after = new KeyOracle(Keys.Remove(key), Revision + 1);
        return (after, new OperationResult { Code = ResultCode.Ok, Revision = after.Revision });
    }

    private (KeyOracle After, OperationResult Result) Change(string key, Kept? found, string value, string contentType, int offset)
    {
        var after = new KeyOracle(Keys.SetItem(key, new Kept(value, Revision + 1, contentType)), Revision + 1);
        var result = new OperationResult
        {
            Code = found is null ? ResultCode.Created : ResultCode.Ok,
            Revision = after.Revision,
            KeyRevision = after.Revision,
            Offset = (ulong)offset,
            Length = (ulong)value.Length,
        };
        return (after, result);
    }

    private OperationResult Refusal(ResultCode code, Kept? found) => new()
    {
        Code = code,
        Revision = Revision,
        KeyRevision = found?.Revision ?? 0,
        Length = (ulong)(found?.Value.Length ?? 0),
    };
}
