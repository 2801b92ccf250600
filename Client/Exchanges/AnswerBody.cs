using System.Buffers;

namespace KvStore.Client.Exchanges;

/// <summary>Reads the body of an answer, once, into an array of its size.</summary>
internal static class AnswerBody
{
    // Far over what any gateway sends: a page of a listing is the largest.
    private const int BytesMax = 256 * 1024 * 1024;
    private const int FirstChunk = 4096;

    /// <summary>Reads the body.</summary>
    /// <exception cref="IOException">The connection broke, or the body is longer than any answer.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancel)
    {
        if (content.Headers.ContentLength is not { } length) return await ReadToEndAsync(content, cancel);
        if (length == 0) return default;
        if (length > BytesMax) throw TooLong();
        await using var stream = await content.ReadAsStreamAsync(cancel);
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        await stream.ReadExactlyAsync(bytes, cancel);
        return bytes;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadToEndAsync(HttpContent content, CancellationToken cancel)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        var bytes = new ArrayBufferWriter<byte>(FirstChunk);
        int read;
        do
        {
            read = await stream.ReadAsync(bytes.GetMemory(), cancel);
            if (read > BytesMax - bytes.WrittenCount) throw TooLong();
            bytes.Advance(read);
        }
        while (read > 0);
        return bytes.WrittenMemory;
    }

    private static IOException TooLong() => new($"The answer has more than {BytesMax} bytes.");
}
