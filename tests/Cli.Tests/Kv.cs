using System.Text;
using KvStore.Api;
using Microsoft.Extensions.Logging;

namespace KvStore.Cli.Tests;

/// <summary>What one run of <c>kv</c> left behind.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Bytes">The standard output.</param>
/// <param name="Error">The standard error.</param>
public sealed record Run(int ExitCode, byte[] Bytes, string Error)
{
    /// <summary>The standard output as text.</summary>
    public string Output => Encoding.UTF8.GetString(Bytes);

    /// <summary>The standard output's lines.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A gateway with its cluster, and the real commands run against it in this process, with streams in place of a terminal.</summary>
public sealed class Kv : IAsyncLifetime
{
    private ApiHost? _host;

    /// <summary>The gateway.</summary>
    public Uri Address => _host!.Address;

    public async ValueTask InitializeAsync() =>
        _host = await ApiHost.StartAsync(new ApiOptions { Urls = "http://127.0.0.1:0", LogLevel = LogLevel.Error }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>Runs <c>kv</c> against the gateway.</summary>
    public Task<Run> Run(params string[] args) => RunWith(new Surroundings { Url = Address.ToString() }, args);

    /// <summary>Runs <c>kv</c>, fails unless it ends with 0, and gives its standard output.</summary>
    public async Task<string> Output(params string[] args)
    {
        var run = await Run(args);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    /// <summary>Runs <c>kv</c> in surroundings of its own.</summary>
    public static async Task<Run> RunWith(Surroundings surroundings, params string[] args)
    {
        using var output = new MemoryStream();
        await using var error = new StringWriter();
        var terminal = new Terminal
        {
            In = new MemoryStream(Encoding.UTF8.GetBytes(surroundings.Input ?? "")),
            Out = output,
            Error = error,
            IsInputRedirected = surroundings.Input is not null,
            IsOutputRedirected = surroundings.IsOutputRedirected,
            Environment = name => name switch
            {
                "KV_URL" => surroundings.Url,
                "KV_KEY" => surroundings.Key,
                "KV_CLUSTER" => surroundings.Cluster,
                "NO_COLOR" => surroundings.NoColor,
                _ => surroundings.Variables.GetValueOrDefault(name),
            },
            EnvironmentNames = surroundings.Variables.Keys,
        };
        var exitCode = await KvCommand.RunAsync(args, terminal, TestContext.Current.CancellationToken);
        return new Run(exitCode, output.ToArray(), error.ToString());
    }
}

/// <summary>What a run of <c>kv</c> finds around it.</summary>
public sealed record Surroundings
{
    /// <summary>The environment's KV_URL.</summary>
    public string? Url { get; init; }

    /// <summary>The environment's KV_KEY.</summary>
    public string? Key { get; init; }

    /// <summary>The environment's KV_CLUSTER.</summary>
    public string? Cluster { get; init; }

    /// <summary>The environment's NO_COLOR.</summary>
    public string? NoColor { get; init; }

    /// <summary>Other variables of the environment.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What is piped in; null when somebody sits there.</summary>
    public string? Input { get; init; }

    /// <summary>Whether the output is piped on.</summary>
    public bool IsOutputRedirected { get; init; } = true;
}
