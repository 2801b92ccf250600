using System.Globalization;
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

    public static StorePipeline Pipeline { get; } = StorePipeline.With(new SharedKey());

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

    /// <summary>The disks of a node in a table and a container of its own.</summary>
    public static AzureDisks NewDisks()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("KV_AZURITE") == "1", Why);
        var name = $"kv{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var disks = new AzureDisks(Pipeline, _tables, _blobs, name, name);
        disks.Create();
        return disks;
    }

    /// <summary>A disk whose lease is taken at once.</summary>
    public static TableDisk Open(string partition) =>
        TableDisk.Open(Table(partition), Blobs(partition), new TableDiskOptions { ObserveFor = TimeSpan.Zero });

    /// <summary>How the emulator knows its one account: "Authorize with Shared Key", for tables the lite form. A real account of a replica has no shared keys.</summary>
    private sealed class SharedKey : HttpPipelineSynchronousPolicy
    {
        private const string Account = "devstoreaccount1";
        private static readonly byte[] _key = Convert.FromBase64String("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

        public override void OnSendingRequest(HttpMessage message)
        {
            var request = message.Request;
            var uri = request.Uri.ToUri();
            var isTable = uri.Port == _tables.Port;
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
}
