using System.Numerics;
using System.Runtime.CompilerServices;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// Which of a session's last 1,024 counters were executed. protocol.md section 4. The record's body is
/// <c>top (u64) ‖ expires (u64) ‖ which words are not 0 (u16) ‖ those words (u64 each)</c>; counter c is bit c mod 1,024.
/// </summary>
internal sealed class SessionWindow
{
    private const int WordBits = 64;
    private const int WordCount = StateLimits.SessionWindow / WordBits;

    private Words _words;

    /// <summary>The highest counter that was executed.</summary>
    public ulong Top { get; private set; }

    /// <summary>
    /// The latest expiry of all that was ever executed in the session, and not only of what is still in the window: were the session
    /// forgotten earlier, a request that has left the window but not expired could come again and be taken for new.
    /// </summary>
    public Timestamp Expires { get; private set; }

    /// <summary>Whether the counter has left the window.</summary>
    public bool IsBelow(ulong counter) => Top >= StateLimits.SessionWindow && counter <= Top - StateLimits.SessionWindow;

    /// <summary>Whether the counter is in the window and was executed.</summary>
    public bool WasExecuted(ulong counter) => counter <= Top && !IsBelow(counter) && Bit(counter);

    /// <summary>How many counters in the window were executed.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words) count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>The window of a session's first executed request.</summary>
    public static SessionWindow Open(ulong counter, Timestamp expires)
    {
        var window = new SessionWindow { Top = counter, Expires = expires };
        window.SetBit(counter);
        return window;
    }

    /// <summary>Marks a counter, which is not below the window, as executed.</summary>
    /// <param name="counter">The counter.</param>
    /// <param name="expires">When its request expires.</param>
    /// <param name="leaving">Takes the executed counters that leave the window, but not the one whose place the new one takes.</param>
    public void Mark(ulong counter, Timestamp expires, ICollection<ulong> leaving)
    {
        Invariant.Holds(!IsBelow(counter));
        if (counter > Top) Advance(counter, leaving);
        SetBit(counter);
        Expires = Timestamp.Max(Expires, expires);
    }

    /// <summary>The executed counters in the window, ascending.</summary>
    public IEnumerable<ulong> Executed()
    {
        for (var counter = Bottom(Top); ; counter++)
        {
            if (Bit(counter)) yield return counter;
            if (counter == Top) yield break; // The highest counter may be the highest number, after which there is none.
        }
    }

    public MapRecord ToRecord(SessionKey session)
    {
        var writer = new CanonicalWriter(64);
        writer.UInt64(Top);
        writer.Time(Expires);
        var present = 0;
        for (var i = 0; i < WordCount; i++) present |= _words[i] == 0 ? 0 : 1 << i;
        writer.UInt16((ushort)present);
        foreach (var word in _words)
        {
            if (word != 0) writer.UInt64(word);
        }

        return MapRecord.Create(RecordKeys.Session(session), writer.Written);
    }

    public static bool TryRead(MapRecord record, out SessionWindow window)
    {
        var reader = new CanonicalReader(record.Body);
        window = new SessionWindow { Top = reader.UInt64(), Expires = reader.Time() };
        int present = reader.UInt16();
        for (var i = 0; i < WordCount; i++)
        {
            if ((present & (1 << i)) == 0) continue;
            window._words[i] = reader.UInt64();
            reader.Require(window._words[i] != 0);
        }

        return reader.Complete && window.Bit(window.Top) && window.HasNoBitAbove();
    }

    // Counters do not go below 0, so a young session has bits that stand for nothing.
    private bool HasNoBitAbove()
    {
        if (Top >= StateLimits.SessionWindow - 1) return true;
        var first = Index(Top) + 1;
        var word = first / WordBits;
        if ((_words[word] >> (first % WordBits)) != 0) return false;
        for (word++; word < WordCount; word++)
        {
            if (_words[word] != 0) return false;
        }

        return true;
    }

    private void Advance(ulong top, ICollection<ulong> leaving)
    {
        var bottom = Bottom(top);
        for (var counter = Bottom(Top); counter < bottom && counter <= Top; counter++)
        {
            if (!Bit(counter) || Index(counter) == Index(top)) continue;
            ClearBit(counter);
            leaving.Add(counter);
        }

        Top = top;
    }

    private static ulong Bottom(ulong top) => top < StateLimits.SessionWindow ? 0 : top - StateLimits.SessionWindow + 1;

    private static int Index(ulong counter) => (int)(counter % StateLimits.SessionWindow);

    private bool Bit(ulong counter) => (_words[Index(counter) / WordBits] >> (Index(counter) % WordBits) & 1) != 0;

    private void SetBit(ulong counter) => _words[Index(counter) / WordBits] |= 1UL << (Index(counter) % WordBits);

    private void ClearBit(ulong counter) => _words[Index(counter) / WordBits] &= ~(1UL << (Index(counter) % WordBits));

    [InlineArray(WordCount)]
    private struct Words
    {
        private ulong _first;
    }
}
