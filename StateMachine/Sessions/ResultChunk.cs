using System.Numerics;
using System.Runtime.CompilerServices;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The results of 32 counters of a session that follow each other. They lie beside each other in one array, so that a result costs its bytes and no object,
/// and the short ones are one record of the state: <c>which slots are taken (u32) ‖ their results, each with its length before it (u32)</c>. A long one is a
/// record of its own, or a few listings would make a record that no chunk of a snapshot can carry.
/// </summary>
internal sealed class ResultChunk
{
    /// <summary>The results of a chunk.</summary>
    public const int Slots = 32;

    /// <summary>The longest result that shares a record with others, in bytes.</summary>
    public const int ShortBytesMax = 192;

    private const int BytesMin = 256;
    private const int SpareFactor = 4;

    private byte[] _bytes = [];
    private byte[]?[]? _longs;
    private int _used;
    private int _live;
    private Places _places;
    private uint _taken;
    private uint _isLong;

    // What differs from the map, and what the map has.
    private uint _changed;
    private uint _writtenLong;
    private bool _writtenShort;

    /// <summary>Whether the map does not have it as it is.</summary>
    public bool IsChanged => _changed != 0;

    /// <summary>The slots that hold a result.</summary>
    public uint Taken => _taken;

    /// <summary>How many bytes are set aside for short results: a few times what they take, or a minimum.</summary>
    public int ReservedBytes => _bytes.Length;

    /// <summary>The length of the result in a slot, 0 when there is none.</summary>
    public int LengthAt(int slot) => Has(_taken, slot) ? At(slot).Length : 0;

    /// <summary>The result in a slot that is taken; valid until the next change.</summary>
    public ReadOnlyMemory<byte> At(int slot)
    {
        Invariant.Holds(Has(_taken, slot));
        return Has(_isLong, slot) ? _longs![slot] : _bytes.AsMemory(_places[slot].Start, _places[slot].Length);
    }

    /// <summary>Keeps a result, copied, in place of the one in its slot.</summary>
    public void Set(int slot, ReadOnlySpan<byte> result)
    {
        if (Has(_taken, slot)) Remove(slot);
        var bit = 1u << slot;
        _changed |= bit;
        if (result.Length > ShortBytesMax)
        {
            _taken |= bit;
            _isLong |= bit;
            (_longs ??= new byte[]?[Slots])[slot] = result.ToArray();
            return;
        }

        if (_used + result.Length > _bytes.Length) Rewrite(result.Length);
        _taken |= bit;
        result.CopyTo(_bytes.AsSpan(_used));
        _places[slot] = new Place(_used, result.Length);
        _used += result.Length;
        _live += result.Length;
    }

    /// <summary>Removes the result in a slot that is taken.</summary>
    public void Remove(int slot)
    {
        var bit = 1u << slot;
        Invariant.Holds((_taken & bit) != 0);
        if ((_isLong & bit) != 0) _longs![slot] = null;
        else _live -= _places[slot].Length;
        _taken &= ~bit;
        _isLong &= ~bit;
        _changed |= bit;
        // What results count for is bounded, so what they hold must not be much more.
        if (_bytes.Length > BytesMin + SpareFactor * _live) Rewrite(room: 0);
    }

    /// <summary>Lets go of all results, and remembers what the map has of them.</summary>
    public void Forget()
    {
        (_taken, _isLong, _changed) = (0, 0, uint.MaxValue);
        (_bytes, _used, _live, _longs) = ([], 0, 0, null);
    }

    /// <summary>Brings the map up to date.</summary>
    public void Flush(AuthenticatedMap.Builder map, SessionKey session, int chunk)
    {
        FlushShort(map, session, chunk);
        for (var rest = (_changed & _isLong) | (_writtenLong & ~_isLong); rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            var key = RecordKeys.LongResult(session, (ushort)(chunk * Slots + slot));
            if (Has(_isLong, slot)) map.Set(Digest.Of(key), MapRecord.Create(key, _longs![slot]));
            else Invariant.Holds(map.Remove(Digest.Of(key)) > 0);
        }

        _writtenLong = _isLong;
        _changed = 0;
    }

    /// <summary>Removes what the map has of it.</summary>
    public void RemoveFrom(AuthenticatedMap.Builder map, SessionKey session, int chunk)
    {
        Forget();
        Flush(map, session, chunk);
    }

    /// <summary>Takes up a record of short results; false when it is not one.</summary>
    public bool TryReadShort(MapRecord record)
    {
        var reader = new CanonicalReader(record.Body);
        var slots = reader.UInt32();
        reader.Require(slots != 0 && (_taken & slots) == 0);
        for (var rest = slots; rest != 0 && !reader.Failed; rest &= rest - 1)
        {
            Set(BitOperations.TrailingZeroCount(rest), reader.Bytes(ShortBytesMax).Span);
        }

        (_writtenShort, _changed) = (true, 0);
        return reader.Complete;
    }

    /// <summary>Takes up a record of a long result; false when it is not one.</summary>
    public bool TryReadLong(int slot, MapRecord record)
    {
        if (record.Body.Length <= ShortBytesMax || Has(_taken, slot)) return false;
        Set(slot, record.Body.Span);
        (_writtenLong, _changed) = (_isLong, 0);
        return true;
    }

    private static bool Has(uint slots, int slot) => (slots >> slot & 1) != 0;

    private void FlushShort(AuthenticatedMap.Builder map, SessionKey session, int chunk)
    {
        // A slot whose long result took the place of a short one, or the other way round, changes both.
        var isShort = _taken & ~_isLong;
        if (_changed == 0 || (isShort == 0 && !_writtenShort)) return;
        var key = RecordKeys.Results(session, (byte)chunk);
        if (isShort == 0) Invariant.Holds(map.Remove(Digest.Of(key)) > 0);
        else map.Set(Digest.Of(key), Record(key, isShort));
        _writtenShort = isShort != 0;
    }

    private MapRecord Record(ReadOnlySpan<byte> key, uint slots)
    {
        var writer = new CanonicalWriter(sizeof(uint) + _used + Slots * sizeof(uint));
        writer.UInt32(slots);
        for (var rest = slots; rest != 0; rest &= rest - 1) writer.Bytes(At(BitOperations.TrailingZeroCount(rest)).Span);
        return MapRecord.Create(key, writer.Written);
    }

    // Makes room, and leaves behind what was removed.
    private void Rewrite(int room)
    {
        var bytes = new byte[_live + room == 0 ? 0 : Math.Max(BytesMin, 2 * (_live + room))];
        var used = 0;
        for (var rest = _taken & ~_isLong; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            var place = _places[slot];
            _bytes.AsSpan(place.Start, place.Length).CopyTo(bytes.AsSpan(used));
            _places[slot] = place with { Start = used };
            used += place.Length;
        }

        Invariant.Holds(used == _live);
        (_bytes, _used) = (bytes, used);
    }

    private readonly record struct Place(int Start, int Length);

    [InlineArray(Slots)]
    private struct Places
    {
        private Place _first;
    }
}
