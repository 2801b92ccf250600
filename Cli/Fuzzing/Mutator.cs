// Mutations after AFL's (flips, interesting numbers, blocks, splices), and some that know how things are written here: a length-prefixed field that changes its
// length with its content, and a counted list that gains or loses an element. They get past the first check of a length, where blind mutations end.
using System.Buffers.Binary;
using System.Text;
using KvStore.Simulator;

namespace KvStore.Cli.Fuzzing;

/// <summary>Makes inputs of others. The same random numbers give the same inputs.</summary>
internal sealed class Mutator(DeterministicRandom random, IReadOnlyList<string> words)
{
    /// <summary>The longest input that is made, in bytes.</summary>
    public const int BytesMax = 64 * 1024;

    private const int RoundsMax = 8;
    private const int BlockMax = 256;

    private static readonly ulong[] _interesting = [0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 127, 128, 255, 256, 1023, 1024, 1025, 4096, 8191, 8192, 8193, 65_535, 65_536, int.MaxValue, uint.MaxValue, 1UL << 31, 1UL << 62, (1UL << 62) + 1, long.MaxValue, ulong.MaxValue];

    // An element of a list: signer and signature, digest, sequence and digest, key, number.
    private static readonly int[] _elementBytes = [66, 32, 40, 34, 8, 12];

    /// <summary>A new input, made of one or two others.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (var rounds = random.Between(1, RoundsMax); rounds > 0; rounds--) MutateOnce(bytes, other);
        return [.. bytes.Take(BytesMax)];
    }

    private void MutateOnce(List<byte> bytes, byte[] other)
    {
        if (bytes.Count == 0) bytes.Add((byte)random.Below(256));
        var at = random.Below(bytes.Count);
        switch (random.Below(words.Count > 0 ? 13 : 10))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Below(8)); break;
            case 1: bytes[at] = (byte)random.Below(256); break;
            case 2: WriteNumber(bytes, at); break;
            case 3: bytes.InsertRange(at, RandomBytes()); break;
            case 4: bytes.RemoveRange(at, Math.Min(random.Between(1, BlockMax), bytes.Count - at)); break;
            case 5: bytes.InsertRange(random.Below(bytes.Count + 1), bytes.GetRange(at, Math.Min(random.Between(1, BlockMax), bytes.Count - at))); break;
            case 6: Splice(bytes, other); break;
            case 7: bytes.RemoveRange(at, bytes.Count - at); break;
            case 8: ResizeField(bytes); break;
            case 9: ResizeList(bytes); break;
            case 10: bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.Pick(words))); break;
            default: ReplaceWord(bytes, at); break;
        }
    }

    private void WriteNumber(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        var near = (ulong)bytes.Count + (ulong)random.Below(16);
        BinaryPrimitives.WriteUInt64LittleEndian(number, random.Chance(2000) ? near : random.Pick(_interesting));
        var width = 1 << random.Below(4);
        for (var i = 0; i < width && at + i < bytes.Count; i++) bytes[at + i] = number[i];
    }

    private byte[] RandomBytes()
    {
        var bytes = new byte[random.Between(1, random.Chance(1000) ? BlockMax : 8)];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.Below(256);
        return bytes;
    }

    private void Splice(List<byte> bytes, byte[] other)
    {
        if (other.Length == 0) return;
        var (at, from) = (random.Below(bytes.Count), random.Below(other.Length));
        bytes.RemoveRange(at, bytes.Count - at);
        bytes.AddRange(other.AsSpan(from).ToArray());
    }

    private void ResizeField(List<byte> bytes)
    {
        var at = FindNumber(bytes, static (number, room) => number > 0 && number <= room);
        if (at < 0) return;
        var content = RandomBytes();
        var kept = random.Below(NumberAt(bytes, at) + 1);
        bytes.RemoveRange(at + sizeof(uint) + kept, NumberAt(bytes, at) - kept);
        var grows = random.Chance(5000);
        if (grows) bytes.InsertRange(at + sizeof(uint) + kept, content);
        SetNumber(bytes, at, kept + (grows ? content.Length : 0));
    }

    private void ResizeList(List<byte> bytes)
    {
        var width = random.Pick(_elementBytes);
        var at = FindNumber(bytes, (number, room) => number > 0 && number <= room / width);
        if (at < 0) return;
        var count = NumberAt(bytes, at);
        var element = at + sizeof(uint) + (width * random.Below(count));
        if (random.Chance(5000)) bytes.InsertRange(element, bytes.GetRange(element, width));
        else bytes.RemoveRange(element, width);
        SetNumber(bytes, at, random.Chance(5000) ? count + 1 : count - 1);
    }

    // Looks from a random place on, so that each of several fields has its turn.
    private int FindNumber(List<byte> bytes, Func<int, int, bool> fits)
    {
        var places = bytes.Count - sizeof(uint);
        if (places <= 0) return -1;
        var start = random.Below(places);
        for (var i = 0; i < places; i++)
        {
            var at = (start + i) % places;
            if (fits(NumberAt(bytes, at), bytes.Count - at - sizeof(uint))) return at;
        }

        return -1;
    }

    private static int NumberAt(List<byte> bytes, int at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);

    private static void SetNumber(List<byte> bytes, int at, int number)
    {
        for (var i = 0; i < sizeof(uint); i++) bytes[at + i] = (byte)((number >> (8 * i)) & 0xff);
    }

    // A word, a number or a string ends where another kind of character begins.
    private void ReplaceWord(List<byte> bytes, int at)
    {
        var end = at;
        while (end < bytes.Count && char.IsAsciiLetterOrDigit((char)bytes[end])) end++;
        bytes.RemoveRange(at, end - at);
        bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.Pick(words)));
    }
}
