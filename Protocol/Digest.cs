using System.Diagnostics.CodeAnalysis;

namespace KvStore.Protocol;

/// <summary>A SHA-256 digest: 32 bytes inline.</summary>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>
{
    /// <summary>The length in bytes.</summary>
    public const int Length = Bytes32.Length;

    private readonly Bytes32 _value;

    private Digest(Bytes32 value) => _value = value;

    /// <summary>Thirty-two zero bytes. Used where there is nothing to name; no input is known to hash to it.</summary>
    public static Digest Zero => default;

    /// <summary>Takes the 32 bytes as they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not 32 bytes.</exception>
    public static Digest Read(ReadOnlySpan<byte> bytes) => new(Bytes32.Read(bytes));

    /// <summary>SHA-256 of <paramref name="data"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Length];
        Sha256.Hash(data, hash);
        return Read(hash);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (hex is { Length: 2 * Length } && Convert.FromHexString(hex, bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == Length)
        {
            digest = Read(bytes);
            return true;
        }

        digest = default;
        return false;
    }

    /// <summary>Writes the 32 bytes at the start of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => _value.Write(destination);

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Write(bytes);
        return bytes;
    }

    /// <summary>Bit <paramref name="index"/> (0 to 255), the most significant bit of the first byte being bit 0.</summary>
    public int Bit(int index) => _value.Bit(index);

    /// <inheritdoc/>
    public bool Equals(Digest other) => _value.Equals(other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(Digest other) => _value.CompareTo(other._value);

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => _value.ToString();

    /// <summary>Whether both are the same digest.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);
}
