using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace KvStore.Storage.Azure;

/// <summary>How the emulator knows its one account: "Authorize with Shared Key", for tables the lite form. A real account of a replica has no shared keys.</summary>
internal sealed class EmulatorKey(Uri tables) : HttpPipelineSynchronousPolicy
{
    private const string Account = "devstoreaccount1";

    // The same in every emulator, and no secret.
    private static readonly byte[] _key = Convert.FromBase64String("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        var uri = request.Uri.ToUri();
        var isTable = uri.Port == tables.Port;
        var signed = isTable ? $"{Header(request, "x-ms-date")}\n/{Account}{uri.AbsolutePath}" : Blob(request, uri);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(signed)));
        request.Headers.SetValue("Authorization", $"{(isTable ? "SharedKeyLite" : "SharedKey")} {Account}:{signature}");
    }

    private static string Blob(Request request, Uri uri)
    {
        var length = request.Content is { } content && content.TryComputeLength(out var bytes) && bytes > 0 ? bytes.ToString(CultureInfo.InvariantCulture) : "";
        var headers = string.Concat(request.Headers
            .Where(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .Select(header => (Name: header.Name.ToLowerInvariant(), header.Value))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .Select(header => $"{header.Name}:{header.Value}\n"));
        var query = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(part => part.Split('=', 2));
        var resource = $"/{Account}{uri.AbsolutePath}" + string.Concat(query.Select(part => $"\n{part[0]}:{Uri.UnescapeDataString(part[1])}"));
        return $"{request.Method}\n\n\n{length}\n\n{Header(request, "Content-Type")}\n\n\n\n{Header(request, "If-None-Match")}\n\n\n{headers}{resource}";
    }

    private static string Header(Request request, string name) => request.Headers.TryGetValue(name, out var value) ? value : "";
}
