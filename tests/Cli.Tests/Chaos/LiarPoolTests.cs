using System.Text.Json;
using KvStore.Api.Tests;
using KvStore.Simulator;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>
/// Pools of processes of which one lies, first as the primary and then, where it is voted out, as a backup. Clients write and read through all gateways, the liar's too:
/// no answer that anybody gets is wrong, and whoever may turn to another gateway gets one. What the liar's own gateway may fail to do is answer. A gateway that
/// lies itself is another matter, for which clients need receipts (docs/threat-model.md).
/// </summary>
[Collection<ChaosGroup>]
public sealed class LiarPoolTests(ITestOutputHelper output) : IDisposable
{
    private const int Liar = 0;
    private const int Shards = 1;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    private readonly ChaosRun _run = new(output) { Patience = TimeSpan.FromSeconds(3) };
    private readonly HttpClient _http = new();

    private ProcessPool Pool => _run.Pool;

    public void Dispose()
    {
        _http.Dispose();
        _run.Dispose();
    }

    /// <summary>All that there is to lie about besides.</summary>
    public static TheoryData<string> Others => [.. NamedLies.All.Except(["Falsify", "Mute", "Withhold", "Equivocate"], StringComparer.Ordinal)];

    [Theory]
    [InlineData("Falsify")]
    [InlineData("Mute")]
    [InlineData("Withhold")]
    public Task Everybody_gets_right_answers_while_a_node_lies(string lie) => RunAsync(lie, () => Task.CompletedTask);

    [Theory]
    [MemberData(nameof(Others))]
    public Task So_they_do_whatever_else_it_lies_about(string lie)
    {
        Assert.SkipUnless(ChaosTests.Seconds is not null, "KV_CHAOS_SECONDS=60 runs it.");
        return RunAsync(lie, () => Task.CompletedTask);
    }

    [Fact]
    public Task Everybody_gets_right_answers_while_a_node_equivocates_and_what_it_signed_convicts_it() => RunAsync("Equivocate", ConvictAsync);

    private Task RunAsync(string lie, Func<Task> look) => _run.RunAsync(_limit, Shards, () => StartAsync(lie), _run.WritesAsync, async load =>
    {
        await load.ReadAllAsync(Enumerable.Range(0, ProcessPool.Nodes).Where(node => node != Liar));
        Assert.Contains("faulty by design", Pool.Process(Liar).Error, StringComparison.Ordinal);
        using var status = JsonDocument.Parse(await AskAsync(Liar, "/v1/status"));
        var replicas = status.RootElement.GetProperty("shards")[0].GetProperty("replicas").EnumerateArray();
        Assert.Equal([lie], Assert.Single(replicas, replica => replica.TryGetProperty("faults", out _)).GetProperty("faults").EnumerateArray().Select(name => name.GetString()!));
        await look();
    });

    private Task StartAsync(string lie) =>
        Task.WhenAll(Enumerable.Range(0, ProcessPool.Nodes).Select(node => node == Liar ? Pool.Start(node, "--lie", lie) : Pool.Start(node)));

    // docs/accountability.md, from a correct node to somebody who trusts nobody but the genesis.
    private async Task ConvictAsync()
    {
        var witness = await WitnessAsync();
        using var told = JsonDocument.Parse(await AskAsync(witness, "/v1/evidence"));
        var records = told.RootElement.GetProperty("evidence").EnumerateArray().ToList();
        Assert.All(records, record => Assert.Equal(Liar, record.GetProperty("replica").GetInt32()));
        Assert.Contains($"kv_evidence_records{{shard=\"0\",replica=\"{Liar}\"}} {records.Count}\n", await AskAsync(witness, "/metrics"), StringComparison.Ordinal);

        var file = Pool.FileOf("evidence.jsonl");
        await File.WriteAllLinesAsync(file, records.Select(record => record.GetRawText()), _run.Cancel);
        var verified = await Kv.RunWith(new Surroundings(), "verify", "evidence", file, "--genesis", Pool.Genesis);
        Assert.True(verified.ExitCode == ExitCodes.Ok, verified.Error);
        Assert.Equal(records.Count, verified.Lines.Length);
        Assert.All(verified.Lines, line => Assert.StartsWith($"proven: replica {Liar} of shard 0 ", line, StringComparison.Ordinal));
        var elsewhere = await ForeignProgram.Run("node", ForeignProgram.Scripts, [], "verify-evidence.mjs", Pool.Genesis, file);
        Assert.Equal(records.Count, elsewhere.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    // A correct node that has seen the liar contradict itself.
    private async Task<int> WitnessAsync()
    {
        for (var node = Liar + 1; node < ProcessPool.Nodes; node++)
        {
            using var told = JsonDocument.Parse(await AskAsync(node, "/v1/evidence"));
            if (told.RootElement.GetProperty("evidence").GetArrayLength() > 0) return node;
        }

        throw new InvalidOperationException("Nobody has evidence.");
    }

    private Task<string> AskAsync(int node, string path) => _http.GetStringAsync(new Uri(Pool.UrlOf(node) + path), _run.Cancel);
}
