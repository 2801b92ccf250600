using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace KvStore.Api.Tests;

/// <summary>HTTP byte by byte, for what a client library would put right before it sends it.</summary>
internal static class RawHttp
{
    /// <summary>Sends the bytes of one request, and reads one answer: as much as its Content-Length says, or to the end of the connection.</summary>
    /// <param name="address">The server.</param>
    /// <param name="request">The bytes, one for each character.</param>
    /// <param name="hangUp">Whether nothing more is sent afterwards, and the server sees that.</param>
    public static async Task<string> Exchange(Uri address, string request, bool hangUp = false)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancel);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), cancel);
        if (hangUp) client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = new StringBuilder();
        try
        {
            await Read(reader, answer);
        }
        catch (IOException) when (hangUp)
        {
            // A server may hang up as well, without an answer.
        }

        return answer.ToString();
    }

    private static async Task Read(StreamReader reader, StringBuilder answer)
    {
        var buffer = new char[4096];
        int read;
        while (!IsComplete(answer.ToString()) && (read = await reader.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0)
            answer.Append(buffer, 0, read);
    }

    /// <summary>A request with this target.</summary>
    public static Task<string> Send(Uri address, string method, string target, string body = "", params string[] headers)
    {
        var text = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n");
        foreach (var header in headers) text.Append(header).Append("\r\n");
        if (body.Length > 0) text.Append($"Content-Length: {body.Length}\r\n");
        return Exchange(address, text.Append("\r\n").Append(body).ToString());
    }

    private static bool IsComplete(string answer)
    {
        const string lengthName = "\r\nContent-Length: ";
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var length = answer.IndexOf(lengthName, StringComparison.Ordinal);
        if (end < 0 || length < 0 || length > end) return false;
        var digits = answer[(length + lengthName.Length)..answer.IndexOf("\r\n", length + 2, StringComparison.Ordinal)];
        return answer.Length >= end + 4 + int.Parse(digits, CultureInfo.InvariantCulture);
    }
}
