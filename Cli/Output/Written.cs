namespace KvStore.Cli.Output;

/// <summary>Carries out a write and says what became of it: the revision is data, the rest is for people.</summary>
internal static class Written
{
    /// <summary>Sends the request.</summary>
    public static async Task<int> SendAsync(GatewayClient client, HttpRequestMessage request, Terminal terminal, CancellationToken cancel)
    {
        using var response = await client.SendAsync(request, cancel);
        await terminal.WriteLineAsync(response.Headers.ETag?.Tag.Trim('"') ?? "");
        var what = response.StatusCode == System.Net.HttpStatusCode.Created ? "Created" : "Written";
        var offset = Header(response, "Kv-Append-Offset") is { } at ? $", appended at {at}" : "";
        await terminal.Error.WriteLineAsync($"{what}: {Header(response, "Kv-Length")} bytes{offset}.");
        return ExitCodes.Ok;
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
