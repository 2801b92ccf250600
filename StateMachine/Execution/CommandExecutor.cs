using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Carries out commands, one after the other, on the state of a batch under way.</summary>
internal sealed class CommandExecutor(KeyBatch keys, StateLimits limits, ShardPartition partition, Timestamp time)
{
    private const ulong MillisecondsInSecond = 1000;

    public OperationResult Execute(Command command) => command switch
    {
        KeyCommand one => Execute(one),
        ListCommand list => StateReader.List(keys.RootNode, keys.InOrder, keys.Revision, limits, list),
        TransactionCommand transaction => new StepsExecutor(this, keys, limits, partition).Execute(transaction),
        BatchCommand batch => new StepsExecutor(this, keys, limits, partition).Execute(batch),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "An unknown command."),
    };

    public OperationResult Execute(KeyCommand command)
    {
        if (!partition.Owns(command.Key.Span) && !PlantedBugs.Has(PlantedBug.ShardNotChecked)) return Refusal(ResultCode.WrongShard, null);
        return command is GetCommand get ? StateReader.Get(keys.RootNode, keys.Revision, get) : Write(command);
    }

    private OperationResult Write(KeyCommand command)
    {
        var path = command.RecordPath;
        var found = keys.Find(path);
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
        if (command.Value.Length > limits.ValueBytesMax) return Refusal(ResultCode.TooLarge, found);
        var expires = command.TimeToLiveSeconds is { } seconds ? After(seconds) : default;
        var changed = KeyRecord.Create(command.Key, keys.NextRevision, expires, command.ContentType, command.Value.Span);
        keys.Set(KeyChangeKind.Put, command.Key, path, found, changed, expires);
        return Changed(found, expires, 0, command.Value.Length);
    }

    private OperationResult Append(AppendCommand command, Digest path, KeyRecord? found)
    {
        var old = found?.Value ?? default;
        if (command.IfLength is { } length && length != (ulong)old.Length) return Refusal(ResultCode.PreconditionFailed, found);
        if (command.Value.Length > limits.ValueBytesMax - old.Length) return Refusal(ResultCode.TooLarge, found);
        var contentType = found is { } record ? record.ContentType : command.ContentType;
        var expires = found?.Expires ?? default;
        var changed = KeyRecord.Create(command.Key, keys.NextRevision, expires, contentType, old.Span, command.Value.Span);
        keys.Set(KeyChangeKind.Append, command.Key, path, found, changed, expires);
        return Changed(found, expires, old.Length, old.Length + command.Value.Length);
    }

    private OperationResult KeepSlice(KeepSliceCommand command, Digest path, KeyRecord? found)
    {
        if (found is not { } record) return Refusal(ResultCode.NotFound, found);
        var length = (ulong)record.Value.Length;
        var end = command.End ?? length;
        if (command.Start > end || end > length) return Refusal(ResultCode.Unprocessable, found);
        var (offset, count) = ((int)command.Start, (int)(end - command.Start));
        var changed = KeyRecord.Create(command.Key, keys.NextRevision, record.Expires, record.ContentType, record.Value.Span.Slice(offset, count));
        keys.Set(KeyChangeKind.Put, command.Key, path, found, changed, record.Expires);
        return Changed(found, record.Expires, offset, count);
    }

    private OperationResult Delete(DeleteCommand command, Digest path, KeyRecord? found)
    {
        if (found is not { } record) return Refusal(ResultCode.NotFound, found);
        keys.Remove(KeyChangeKind.Delete, command.Key, path, record);
        return new OperationResult { Code = ResultCode.Ok, Revision = keys.Revision };
    }

    // Bounded like all times, or a result that names it could not be read again.
    private Timestamp After(ulong seconds) => new(Math.Min(time.UnixMilliseconds + seconds * MillisecondsInSecond, CanonicalReader.NumberMax));

    private OperationResult Changed(KeyRecord? found, Timestamp expires, int offset, int length) => new()
    {
        Code = found is null ? ResultCode.Created : ResultCode.Ok,
        Revision = keys.Revision,
        KeyRevision = keys.Revision,
        Offset = (ulong)offset,
        Length = (ulong)length,
        Expires = expires,
    };

    private OperationResult Refusal(ResultCode code, KeyRecord? found) => new()
    {
        Code = code,
        Revision = keys.Revision,
        KeyRevision = found?.Revision ?? 0,
        Length = (ulong)(found?.Value.Length ?? 0),
        Expires = found?.Expires ?? default,
    };
}
