using System.Net;

namespace KvStore.Client.Exchanges;

/// <summary>
/// A body that is sent without being copied first, and that knows whether sending began. DELETE has an empty one too: what has a body is never
/// repeated by the HTTP library by itself, behind the back of whoever counts attempts.
/// </summary>
internal sealed class BodyContent(ReadOnlyMemory<byte> bytes) : HttpContent
{
    /// <summary>Whether sending began. Before that the head is not out either, so the server has no request.</summary>
    public bool Started { get; private set; }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        return stream.WriteAsync(bytes, cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
