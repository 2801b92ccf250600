using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Reads the steps of transactions and batches, and the comparisons of transactions. Null is an error, which the body has noted.</summary>
internal static class StepParser
{
    private static readonly int _keys = StepFields.Bits(StepMember.Key, StepMember.KeyB64);
    private static readonly int _values = StepFields.Bits(StepMember.Value, StepMember.ValueB64);
    private static readonly int _comparison = _keys | _values | StepFields.Bits(StepMember.Revision, StepMember.Exists);

    // By operation; a key and the operation's name are always there.
    private static readonly int[] _members =
    [
        _values | StepFields.Bits(StepMember.ContentType, StepMember.Ttl),
        _values | StepFields.Bits(StepMember.ContentType, StepMember.IfLength),
        StepFields.Bits(StepMember.Start, StepMember.End),
        0,
        StepFields.Bits(StepMember.Range),
    ];

    /// <summary>Reads a step, whose object has begun.</summary>
    /// <param name="json">The body.</param>
    /// <param name="limits">The limits of the state.</param>
    /// <param name="conditional">Whether it may name the revision that its key must be at.</param>
    public static KeyCommand? Step(ref StepJson json, StateLimits limits, bool conditional)
    {
        if (!TryFields(ref json, limits, out var fields)) return null;
        if (!fields.Has(StepMember.Op))
        {
            json.Refuse($"needs 'op': one of {string.Join(", ", StepFields.Operations)}.");
            return null;
        }

        var allowed = _members[(int)fields.Operation] | _keys | StepFields.Bits(StepMember.Op) | (conditional ? StepFields.Bits(StepMember.IfRevision) : 0);
        var needed = fields.Operation switch
        {
            StepOperation.Put or StepOperation.Append => _values,
            StepOperation.Slice => StepFields.Bits(StepMember.Start),
            _ => 0,
        };
        return HasExactly(ref json, fields, allowed, needed) ? Command(fields) : null;
    }

    /// <summary>Reads a comparison, whose object has begun.</summary>
    public static Comparison? Comparison(ref StepJson json, StateLimits limits)
    {
        if (!TryFields(ref json, limits, out var fields) || !HasExactly(ref json, fields, _comparison, needed: 0)) return null;
        if ((fields.Seen & ~_keys) == 0)
        {
            json.Refuse("compares nothing: it needs 'revision', 'exists', 'value' or 'valueB64'.");
            return null;
        }

        return new Comparison(
            fields.Key,
            fields.Has(StepMember.Revision) ? fields.Revision : null,
            fields.Has(StepMember.Exists) ? fields.Exists : null,
            (fields.Seen & _values) != 0 ? fields.Value : (ReadOnlyMemory<byte>?)null);
    }

    private static bool HasExactly(ref StepJson json, in StepFields fields, int allowed, int needed)
    {
        for (var i = 0; i < StepFields.Names.Length; i++)
        {
            if ((fields.Seen & ~allowed & (1 << i)) != 0) return json.RefuseMember(StepFields.Names[i], "has no meaning here.");
        }

        if ((fields.Seen & _keys) == 0) return json.Refuse("needs 'key' or 'keyB64'.");
        if ((fields.Seen & _keys) == _keys) return json.RefuseMember("keyB64", "cannot stand beside 'key'.");
        if ((fields.Seen & _values) == _values) return json.RefuseMember("valueB64", "cannot stand beside 'value'.");
        if (needed == 0 || (fields.Seen & needed) != 0) return true;
        return json.Refuse(needed == _values ? "needs 'value' or 'valueB64'." : "needs 'start'.");
    }

    private static KeyCommand Command(in StepFields fields)
    {
        var conditions = fields.Has(StepMember.IfRevision) ? At(fields.IfRevision) : Preconditions.None;
        var contentType = fields.ContentType ?? "";
        return fields.Operation switch
        {
            StepOperation.Put => new PutCommand(fields.Key, conditions, contentType, fields.Value)
            {
                TimeToLiveSeconds = fields.Has(StepMember.Ttl) ? fields.TimeToLive : null,
            },
            StepOperation.Append => new AppendCommand(fields.Key, conditions, fields.Has(StepMember.IfLength) ? fields.IfLength : null, contentType, fields.Value),
            StepOperation.Slice => new KeepSliceCommand(fields.Key, conditions, fields.Start, fields.Has(StepMember.End) ? fields.End : null),
            StepOperation.Delete => new DeleteCommand(fields.Key, conditions),
            _ => new GetCommand(fields.Key, conditions, fields.Range),
        };
    }

    private static Preconditions At(ulong revision) => revision == 0
        ? new Preconditions(null, new EntityTags(Any: true, []))
        : new Preconditions(new EntityTags(Any: false, [revision]), null);

    private static bool TryFields(ref StepJson json, StateLimits limits, out StepFields fields)
    {
        fields = default;
        while (json.TryNextMember(StepFields.Names, ref fields.Seen, out var member))
        {
            if (!TryMember(ref json, (StepMember)member, limits, ref fields)) return false;
        }

        return json.Error is null;
    }

    private static bool TryMember(ref StepJson json, StepMember member, StateLimits limits, ref StepFields fields) => member switch
    {
        StepMember.Op => TryOperation(ref json, out fields.Operation),
        StepMember.Key => TryKey(ref json, limits, out fields.Key),
        StepMember.KeyB64 => TryKeyOfBase64(ref json, limits, out fields.Key),
        StepMember.Value => json.TryText(out fields.Value),
        StepMember.ValueB64 => json.TryBase64(out fields.Value),
        StepMember.ContentType => TryContentType(ref json, limits, out fields.ContentType),
        StepMember.Ttl => TryTimeToLive(ref json, out fields.TimeToLive),
        StepMember.IfLength => json.TryNumber(out fields.IfLength),
        StepMember.Start => json.TryNumber(out fields.Start),
        StepMember.End => json.TryNumber(out fields.End),
        StepMember.Range => TryRange(ref json, out fields.Range),
        StepMember.IfRevision => json.TryNumber(out fields.IfRevision),
        StepMember.Revision => json.TryNumber(out fields.Revision),
        StepMember.Exists => json.TryTruth(out fields.Exists),
        _ => throw new ArgumentOutOfRangeException(nameof(member), member, "An unknown member."),
    };

    private static bool TryOperation(ref StepJson json, out StepOperation operation)
    {
        operation = default;
        if (!json.TryAscii(out var name)) return false;
        var index = Array.IndexOf(StepFields.Operations, name);
        operation = (StepOperation)index;
        return index >= 0 || json.Refuse($"must be one of {string.Join(", ", StepFields.Operations)}.");
    }

    private static bool TryKey(ref StepJson json, StateLimits limits, out Key key)
    {
        key = default;
        return json.TryText(out var text) && TryTake(ref json, text.ToArray(), limits, out key);
    }

    private static bool TryKeyOfBase64(ref StepJson json, StateLimits limits, out Key key)
    {
        key = default;
        if (!json.TryAscii(out var text)) return false;
        if (!KeyText.TryDecodeBase64(text, out var bytes)) return json.Refuse("must be base64url without padding.", ParseErrors.BadKey);
        return TryTake(ref json, bytes, limits, out key);
    }

    private static bool TryTake(ref StepJson json, byte[] bytes, StateLimits limits, out Key key)
    {
        key = new Key(bytes);
        if (bytes.Length == 0) return json.Refuse("is empty.", ParseErrors.EmptyKey);
        return bytes.Length <= limits.KeyBytesMax || json.Refuse($"is over {limits.KeyBytesMax} bytes.", ParseErrors.KeyTooLong);
    }

    private static bool TryContentType(ref StepJson json, StateLimits limits, out string? contentType)
    {
        var good = json.TryAscii(out var text);
        contentType = text;
        return good && (text.Length <= limits.ContentTypeBytesMax || json.Refuse($"is over {limits.ContentTypeBytesMax} bytes.", ParseErrors.ContentTypeTooLong));
    }

    private static bool TryTimeToLive(ref StepJson json, out ulong seconds) =>
        json.TryNumber(out seconds)
        && (seconds is >= 1 and <= PutCommand.TimeToLiveSecondsMax || json.Refuse($"must be from 1 to {PutCommand.TimeToLiveSecondsMax} seconds."));

    private static bool TryRange(ref StepJson json, out ByteRange? range)
    {
        range = null;
        if (!json.TryAscii(out var text)) return false;
        return RangeParser.TryParse(text, out range) || json.Refuse("is not one of bytes=a-b, bytes=a- and bytes=-n.", ParseErrors.BadRange);
    }
}
