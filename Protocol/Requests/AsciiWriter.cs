using System.Buffers.Text;
using System.Text;

namespace KvStore.Protocol;

/// <summary>Writes ASCII text, of which the caller knows the greatest length, into a buffer; what does not fit throws.</summary>
internal ref struct AsciiWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _length;

    /// <summary>What has been written.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[.._length];

    /// <summary>Text that is ASCII.</summary>
    public void Text(string text) => _length += Encoding.ASCII.GetBytes(text, _destination[_length..]);

    /// <summary>One component of a signature base: <c>"name": value</c> and a line feed.</summary>
    public void Line(string name, string value)
    {
        Text("\"");
        Text(name);
        Text("\": ");
        Text(value);
        Text("\n");
    }

    /// <summary>A decimal number.</summary>
    public void Number(ulong value)
    {
        Invariant.Holds(Utf8Formatter.TryFormat(value, _destination[_length..], out var written));
        _length += written;
    }

    /// <summary>Base64 with padding.</summary>
    public void Base64(scoped ReadOnlySpan<byte> bytes)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, _destination[_length..], out _, out var written);
        _length += written;
    }

    /// <summary>Base64url without padding.</summary>
    public void Base64Url(scoped ReadOnlySpan<byte> bytes) => _length += System.Buffers.Text.Base64Url.EncodeToUtf8(bytes, _destination[_length..]);
}
