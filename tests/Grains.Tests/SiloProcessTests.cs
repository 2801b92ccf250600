using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KvStore.Cli.Tests;
using KvStore.Client;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Grains.Tests;

/// <summary>Four silos as processes of their own, with their disks in Azure's emulator, and a fifth that claims the disk of one of them. Not in ordinary runs: see Azurite.cs of Storage.Azure.Tests.</summary>
public sealed class SiloProcessTests : IDisposable
{
    private const string Why = "KV_AZURITE is not set. 'npx azurite@3.37.0 --inMemoryPersistence --skipApiVersionCheck --disableTelemetry' and KV_AZURITE=1 run it.";
    private const int Replicas = 4;
    private const int Replaced = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-silos-").FullName;
    private readonly int _port = KvProcess.FreePorts((2 * Replicas) + Replicas + 2);
    private readonly string _name = $"kv{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
    private readonly List<KvProcess> _processes = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int FirstSiloPort => _port + (2 * Replicas);

    [Fact]
    public async Task Of_two_silos_that_claim_one_disk_the_second_is_refused_or_the_first_never_votes_again_and_ends()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("KV_AZURITE") == "1", Why);
        var document = ClusterGenerator.Generate(new GeneratorOptions(Path.Combine(_folder, "pool"), Replicas, Clients: 0, Shards: 1, [], _port, AdmitsAnyClient: true, IsDevelopment: true));
        for (var replica = 0; replica < Replicas; replica++)
        {
            Start(replica, DirectoryOf(replica), FirstSiloPort + replica);
            if (replica == 0) await Answers(GatewayOf(0), "/livez"); // It has the membership.
        }

        for (var replica = 0; replica < Replicas; replica++) await Answers(GatewayOf(replica), "/readyz");
        using var key = new Ed25519PrivateKey(RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength));
        var options = new KvClientOptions { Gateways = [SecondGateway], Key = key, Cluster = document.Genesis.Cluster, Timeout = TimeSpan.FromSeconds(60), AttemptsMax = 500 };
        using var client = new KvClient(options with { Gateways = [.. Enumerable.Range(0, Replicas).Where(replica => replica != Replaced).Select(GatewayOf)] });
        using var clientOfSecond = new KvClient(options);
        await client.PutAsync("key", Encoding.UTF8.GetBytes("first"), cancel: Cancel);

        // On another machine, with a copy of the directory.
        var copy = Path.Combine(_folder, "copy");
        Copy(DirectoryOf(Replaced), copy);
        var refused = Second(copy);
        Assert.Equal(1, await refused.Ended());
        Assert.Contains("is in use", refused.Error, StringComparison.Ordinal);

        var former = _processes[Replaced];
        former.Signal(KvProcess.StandStill);
        var second = Second(copy);
        await Answers(SecondGateway, "/readyz");
        await client.PutAsync("key", Encoding.UTF8.GetBytes("second"), cancel: Cancel);
        former.Signal(KvProcess.GoOn);
        Assert.NotEqual(0, await former.Ended());
        Assert.Contains("Two processes with one replica's key contradict each other", former.Error, StringComparison.Ordinal);
        await client.PutAsync("key", Encoding.UTF8.GetBytes("third"), cancel: Cancel);
        Assert.Equal("third", Encoding.UTF8.GetString((await clientOfSecond.GetAsync("key", cancel: Cancel)).Value.Span));
        foreach (var gateway in (Uri[])[GatewayOf(0), GatewayOf(1), GatewayOf(3), SecondGateway]) Assert.Equal(0, await Contradictions(gateway));
        Assert.Equal(0, await second.Stop());
    }

    public void Dispose()
    {
        foreach (var process in _processes) process.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Uri SecondGateway => new($"http://127.0.0.1:{FirstSiloPort + Replicas + 1}");

    private string DirectoryOf(int replica) => ClusterGenerator.NodeDirectoryOf(Path.Combine(_folder, "pool"), replica);

    private Uri GatewayOf(int replica) => new($"http://127.0.0.1:{_port + (2 * replica) + 1}");

    private KvProcess Second(string directory) => Start(Replaced, directory, FirstSiloPort + Replicas, "--urls", SecondGateway.ToString());

    private KvProcess Start(int replica, string directory, int siloPort, params string[] more)
    {
        var process = new KvProcess(
            "KvStore.Silo.dll",
            [
                "--role", "silo", "--replica", Text(replica), "--dir", directory, "--primary", $"127.0.0.1:{FirstSiloPort}", "--advertise", "127.0.0.1", "--silo-port", Text(siloPort), "--gateway-port", "0",
                "--plain-silos", "--disk-emulator", "--disk-table", _name + Text(replica), "--disk-container", _name + Text(replica), .. more,
            ],
            takesOutput: true);
        _processes.Add(process);
        return process;
    }

    private async Task Answers(Uri gateway, string path)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri(gateway, path), Cancel);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !Cancel.IsCancellationRequested)
            {
                // It does not listen yet.
            }

            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            await timer.WaitForNextTickAsync(Cancel);
            Assert.True(tries < 600, $"{gateway} is not ready.\n{string.Join("\n---\n", _processes.Select(process => process.Error))}");
        }
    }

    private async Task<int> Contradictions(Uri gateway)
    {
        using var evidence = JsonDocument.Parse(await _http.GetStringAsync(new Uri(gateway, "/v1/evidence"), Cancel));
        return evidence.RootElement.GetProperty("evidence").GetArrayLength();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
