// CRC-32C (Castagnoli), RFC 3720 section 12.1: reflected, initial value and final complement all ones. Every error burst of up to 32 bits
// changes it, so no flipped byte passes; anything else passes once in 2^32.
using System.Buffers.Binary;
using System.Numerics;

namespace KvStore.Storage;

/// <summary>The checksum of log records; the processor's own instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>The state before any byte.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>The state after more bytes.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes) state = BitOperations.Crc32C(state, one);
        return state;
    }

    /// <summary>The checksum of what the state has seen.</summary>
    public static uint Finish(uint state) => ~state;
}
