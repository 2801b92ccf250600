using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KvStore.Protocol;

/// <summary>An Ed25519 public key: 32 bytes inline. Any 32 bytes can be held; whether they are a good key is the verifier's question.</summary>
public readonly struct PublicKey : IEquatable<PublicKey>, IComparable<PublicKey>
{
    /// <summary>The length in bytes.</summary>
    public const int Length = Bytes32.Length;

    private readonly Bytes32 _value;

    private PublicKey(Bytes32 value) => _value = value;

    /// <summary>Takes the 32 bytes as they are.</summary>
    public static PublicKey Read(ReadOnlySpan<byte> bytes) => new(Bytes32.Read(bytes));

    /// <summary>Writes the 32 bytes at the start of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => _value.Write(destination);

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Write(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey other) => _value.Equals(other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(PublicKey other) => _value.CompareTo(other._value);

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => _value.ToString();

    /// <summary>Whether both are the same key.</summary>
    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);
}

/// <summary>An Ed25519 signature: 64 bytes inline.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Signature : IEquatable<Signature>
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 64;

    private readonly SixtyFourBytes _bytes;

    private Signature(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>Takes the 64 bytes as they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not 64 bytes.</exception>
    public static Signature Read(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        return new Signature(bytes);
    }

    /// <summary>Writes the 64 bytes at the start of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>The 64 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Write(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Signature other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(_bytes);

    /// <summary>Whether both are the same bytes.</summary>
    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct SixtyFourBytes
    {
        private byte _first;
    }
}
