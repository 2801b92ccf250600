using KvStore.Api;
using KvStore.Client;
using KvStore.Protocol;
using Microsoft.Extensions.Logging;

namespace KvStore.Cli.Tests;

/// <summary>A cluster of two shards that takes nothing unsigned, a key's file, and clients with that key.</summary>
public sealed class SignedKv : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-signed-").FullName;
    private readonly Ed25519PrivateKey _key = new([.. Enumerable.Range(7, 32).Select(i => (byte)i)]);
    private ApiHost? _host;

    /// <summary>The gateway.</summary>
    public Uri Address => _host!.Address;

    /// <summary>The key's file.</summary>
    public string KeyFile => Path.Combine(_folder, "key.json");

    /// <summary>The key's name.</summary>
    public string KeyId => SignatureBase.KeyName(_key.PublicKey);

    public async ValueTask InitializeAsync()
    {
        var options = new ApiOptions { Urls = "http://127.0.0.1:0", LogLevel = LogLevel.Error, Shards = 2, AllowUnsigned = false };
        _host = await ApiHost.StartAsync(options, TestContext.Current.CancellationToken);
        var seed = Convert.ToHexString([.. Enumerable.Range(7, 32).Select(i => (byte)i)]);
        Assert.Equal(0, (await Kv.RunWith(new Surroundings(), "key", "new", "-f", KeyFile, "--seed", seed)).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs <c>kv</c> with the key.</summary>
    public Task<Run> Run(params string[] args) => Kv.RunWith(new Surroundings { Url = Address.ToString(), Key = KeyFile }, args);

    /// <summary>Runs <c>kv</c> with the key, fails unless it ends with 0, and gives its standard output.</summary>
    public async Task<string> Output(params string[] args)
    {
        var run = await Run(args);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    /// <summary>A client with the key.</summary>
    /// <param name="handler">What sends its requests; null for sockets.</param>
    public KvClient Client(Func<HttpMessageHandler>? handler = null) =>
        new(new KvClientOptions { Gateways = [Address], Key = _key, Handler = handler, BackOff = TimeSpan.FromMilliseconds(1) });
}
