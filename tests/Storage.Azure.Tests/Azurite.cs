using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure.Tests;

/// <summary>Azure's emulator on this machine, at its usual ports, when it is asked for: it is 365 MB of npm packages, so that no ordinary run installs it.</summary>
internal static class Azurite
{
    private const string Why = "KV_AZURITE is not set. 'npx azurite@3.37.0 --inMemoryPersistence --skipApiVersionCheck --disableTelemetry' and KV_AZURITE=1 run it.";

    private static readonly Uri _tables = new("http://127.0.0.1:10002/devstoreaccount1");
    private static readonly Uri _blobs = new("http://127.0.0.1:10000/devstoreaccount1");

    public static StorePipeline Pipeline { get; } = StorePipeline.With(new SharedKeyLite());

    /// <summary>A partition that nobody has used.</summary>
    public static string NewPartition() => $"shard-0-replica-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    public static AzureTable Table(string partition)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("KV_AZURITE") == "1", Why);
        var table = new AzureTable(Pipeline, _tables, "kvtests", partition);
        table.CreateTable();
        return table;
    }

    public static AzureBlobs Blobs(string partition)
    {
        var blobs = new AzureBlobs(Pipeline, _blobs, "kvtests", partition);
        blobs.CreateContainer();
        return blobs;
    }

    /// <summary>A disk whose lease is taken at once.</summary>
    public static TableDisk Open(string partition) =>
        TableDisk.Open(Table(partition), Blobs(partition), new TableDiskOptions { ObserveFor = TimeSpan.Zero });

    /// <summary>How the emulator knows its one account: "Authorize with Shared Key", Shared Key Lite. A real account has no shared keys.</summary>
    private sealed class SharedKeyLite : HttpPipelineSynchronousPolicy
    {
        private const string Account = "devstoreaccount1";
        private static readonly byte[] _key = Convert.FromBase64String("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

        public override void OnSendingRequest(HttpMessage message)
        {
            var request = message.Request;
            var uri = request.Uri.ToUri();
            var component = uri.Query.TrimStart('?').Split('&').FirstOrDefault(part => part.StartsWith("comp=", StringComparison.Ordinal));
            var resource = $"/{Account}{uri.AbsolutePath}" + (component is null ? "" : $"?{component}");
            request.Headers.TryGetValue("x-ms-date", out var date);
            var signed = uri.Port == _tables.Port ? $"{date}\n{resource}" : $"{request.Method}\n\n{ContentType(request)}\n\n{Canonical(request)}{resource}";
            request.Headers.SetValue("Authorization", $"SharedKeyLite {Account}:{Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(signed)))}");
        }

        private static string ContentType(Request request) => request.Headers.TryGetValue("Content-Type", out var type) ? type : "";

        private static string Canonical(Request request) => string.Concat(request.Headers
            .Where(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .Select(header => (Name: header.Name.ToLowerInvariant(), header.Value))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .Select(header => $"{header.Name}:{header.Value}\n"));
    }
}
