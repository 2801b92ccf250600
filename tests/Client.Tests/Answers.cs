using System.Globalization;
using System.Text;

namespace KvStore.Client.Tests;

/// <summary>Answers as a gateway gives them.</summary>
internal static class Answers
{
    /// <summary>A write that was done.</summary>
    public static string Written(int revision = 7, bool replayed = false, bool created = false) => Of(
        created ? "201 Created" : "200 OK",
        $"ETag: \"r{revision}\"\r\nKv-Revision: {revision}\r\nKv-Shard: 0\r\nKv-Length: 5\r\n{(replayed ? "Idempotent-Replayed: true\r\n" : "")}");

    /// <summary>A value.</summary>
    public static string Value(string value) => Of("200 OK", "ETag: \"r7\"\r\nKv-Revision: 9\r\nKv-Shard: 2\r\nContent-Type: text/plain\r\n", value);

    /// <summary>A problem.</summary>
    public static string Problem(int status, string code, string outcome, bool retryable = true, int? retryAfter = null, int? revision = null)
    {
        var headers = new StringBuilder("Content-Type: application/problem+json\r\n");
        if (retryAfter is { } seconds) headers.Append(CultureInfo.InvariantCulture, $"Retry-After: {seconds}\r\n");
        if (revision is { } at) headers.Append(CultureInfo.InvariantCulture, $"Kv-Revision: {at}\r\nKv-Shard: 0\r\n");
        var flag = retryable ? "true" : "false";
        return Of($"{status} Problem", headers.ToString(),
            $$"""{"type":"/problems/{{code}}","title":"A title.","status":{{status}},"detail":"A detail.","code":"{{code}}","retryable":{{flag}},"outcome":"{{outcome}}"}""");
    }

    /// <summary>Any answer.</summary>
    public static string Of(string status, string headers, string body = "") =>
        $"HTTP/1.1 {status}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";
}
