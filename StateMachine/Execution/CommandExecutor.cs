using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Carries out commands, one after the other, on the state of a batch under way.</summary>
internal sealed class CommandExecutor(AuthenticatedMap.Builder map, ShardState before)
{
    private readonly ImmutableSortedSet<Key>.Builder _keys = before.Keys.ToBuilder();
    private readonly ImmutableArray<KeyChange>.Builder _changes = ImmutableArray.CreateBuilder<KeyChange>();

    /// <summary>How many changes have been applied.</summary>
    public ulong Revision { get; private set; } = before.Revision;

    /// <summary>The keys that are there, in order.</summary>
    public ImmutableSortedSet<Key> Keys => _keys.ToImmutable();

    /// <summary>What was changed, in order.</summary>
    public ImmutableArray<KeyChange> Changes => _changes.ToImmutable();

    public OperationResult Execute(Command command) => command switch
    {
        KeyCommand one when !before.Partition.Owns(one.Key.Span) => Refusal(ResultCode.WrongShard, null),
        GetCommand get => StateReader.Get(map.RootNode, Revision, get),
        ListCommand list => StateReader.List(map.RootNode, Keys, Revision, before.Limits, list),
        KeyCommand write => Write(write),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "An unknown command."),
    };

    private OperationResult Write(KeyCommand command)
    {
        var path = command.Key.RecordPath;
        var found = StateReader.Find(map.RootNode, path);
        if (!Holds(command.Conditions, found?.Revision ?? 0)) return Refusal(ResultCode.PreconditionFailed, found);
        return command switch
        {
            PutCommand put => Put(put, path, found),
            AppendCommand append => Append(append, path, found),
            KeepSliceCommand slice => KeepSlice(slice, path, found),
            DeleteCommand delete => Delete(delete, path, found),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "An unknown command."),
        };
    }

    private static bool Holds(Preconditions conditions, ulong keyRevision) =>
        (conditions.IfMatch is not { } ifMatch || ifMatch.Match(keyRevision))
        && (conditions.IfNoneMatch is not { } ifNoneMatch || !ifNoneMatch.Match(keyRevision));

    private OperationResult Put(PutCommand command, Digest path, KeyRecord? found)
    {
        if (command.Value.Length > before.Limits.ValueBytesMax) return Refusal(ResultCode.TooLarge, found);
        return Change(path, command.Key, found, KeyRecord.Create(command.Key, Revision + 1, command.ContentType, command.Value.Span), 0, command.Value.Length);
    }

    private OperationResult Append(AppendCommand command, Digest path, KeyRecord? found)
    {
        var old = found?.Value ?? default;
        if (command.IfLength is { } length && length != (ulong)old.Length) return Refusal(ResultCode.PreconditionFailed, found);
        if (command.Value.Length > before.Limits.ValueBytesMax - old.Length) return Refusal(ResultCode.TooLarge, found);
        var contentType = found is { } record ? record.ContentType : command.ContentType;
        var changed = KeyRecord.Create(command.Key, Revision + 1, contentType, old.Span, command.Value.Span);
        return Change(path, command.Key, found, changed, old.Length, old.Length + command.Value.Length, KeyChangeKind.Append);
    }

    private OperationResult KeepSlice(KeepSliceCommand command, Digest path, KeyRecord? found)
    {
        if (found is not { } record) return Refusal(ResultCode.NotFound, found);
        var length = (ulong)record.Value.Length;
        var end = command.End ?? length;
        if (command.Start > end || end > length) return Refusal(ResultCode.Unprocessable, found);
        var (offset, count) = ((int)command.Start, (int)(end - command.Start));
        var changed = KeyRecord.Create(command.Key, Revision + 1, record.ContentType, record.Value.Span.Slice(offset, count));
        return Change(path, command.Key, found, changed, offset, count);
    }

    private OperationResult Delete(DeleteCommand command, Digest path, KeyRecord? found)
    {
        if (found is null) return Refusal(ResultCode.NotFound, found);
        Revision++;
        Invariant.Holds(map.Remove(path) > 0);
        Invariant.Holds(_keys.Remove(command.Key));
        _changes.Add(new KeyChange(KeyChangeKind.Delete, command.Key, Revision));
        return new OperationResult { Code = ResultCode.Ok, Revision = Revision };
    }

    private OperationResult Change(Digest path, Key key, KeyRecord? found, MapRecord changed, int offset, int length, KeyChangeKind kind = KeyChangeKind.Put)
    {
        Revision++;
        map.Set(path, changed);
        _changes.Add(new KeyChange(kind, key, Revision));
        if (found is null) Invariant.Holds(_keys.Add(key));
        return new OperationResult
        {
            Code = found is null ? ResultCode.Created : ResultCode.Ok,
            Revision = Revision,
            KeyRevision = Revision,
            Offset = (ulong)offset,
            Length = (ulong)length,
        };
    }

    private OperationResult Refusal(ResultCode code, KeyRecord? found) => new()
    {
        Code = code,
        Revision = Revision,
        KeyRevision = found?.Revision ?? 0,
        Length = (ulong)(found?.Value.Length ?? 0),
    };
}
