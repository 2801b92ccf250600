using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using KvStore.Client;
using KvStore.Protocol;
using KvStore.Simulator.Scenarios;

namespace KvStore.Cli.Scenarios;

/// <summary>The workloads of a scenario, done by clients of their own through a gateway, as users would do them.</summary>
internal sealed class DevWorkloads : IDisposable
{
    private const int LinesMax = 64;

    private static readonly GetOptions _ordered = new() { Consistency = Consistency.Certified };

    private readonly ScenarioFile _scenario;
    private readonly SortedDictionary<int, Ed25519PrivateKey> _keys = [];
    private int _answers;

    /// <summary>Makes the clients' keys, and tells the failures whose they are.</summary>
    public DevWorkloads(ScenarioFile scenario, ScenarioEngine engine)
    {
        _scenario = scenario;
        foreach (var client in scenario.Workloads.Keys)
        {
            _keys[client] = new Ed25519PrivateKey(RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength));
            engine.Know(_keys[client].PublicKey, client);
        }
    }

    /// <summary>How many operations were answered.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Lets every client do its operations, one after the other; a line for each as it ends.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="wrong">What was not answered, or with something else than came of it, is added here.</param>
    /// <param name="cancel">Gives up.</param>
    public async IAsyncEnumerable<string> RunAsync(Uri gateway, ICollection<string> wrong, [EnumeratorCancellation] CancellationToken cancel)
    {
        var lines = Channel.CreateBounded<(string Line, string? Wrong)>(LinesMax);
        var clients = _scenario.Workloads.Select(workload => RunAsync(workload.Key, gateway, lines.Writer, cancel)).ToList();
        var all = CompleteAsync(clients, lines.Writer);
        await foreach (var (line, mistake) in lines.Reader.ReadAllAsync(cancel))
        {
            if (mistake is not null) wrong.Add(mistake);
            yield return line;
        }

        await all;
    }

    /// <summary>What keys hold that they should not.</summary>
    public async Task<IReadOnlyList<string>> JudgeValuesAsync(Uri gateway, CancellationToken cancel)
    {
        using var reader = new KvClient(gateway);
        var wrong = new List<string>();
        foreach (var expected in _scenario.ExpectedValues)
        {
            if (await JudgeAsync(reader, expected, cancel) is { } difference) wrong.Add(difference);
        }

        return wrong;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys.Values) key.Dispose();
    }

    private static async Task<string?> JudgeAsync(KvClient reader, ExpectedValue expected, CancellationToken cancel)
    {
        try
        {
            var found = await reader.GetAsync(expected.Key, cancel: cancel);
            var value = found.Found ? Encoding.ASCII.GetString(found.Value.Span) : null;
            return value == expected.Value ? null : expected.Differs(value);
        }
        catch (KvException unread)
        {
            return $"line {expected.Line}: '{expected.Key}' can't be read: {unread.Message}";
        }
    }

    private static async Task CompleteAsync(List<Task> clients, ChannelWriter<(string Line, string? Wrong)> lines)
    {
        try
        {
            await Task.WhenAll(clients);
        }
        finally
        {
            lines.Complete();
        }
    }

    private async Task RunAsync(int client, Uri gateway, ChannelWriter<(string Line, string? Wrong)> lines, CancellationToken cancel)
    {
        using var kv = new KvClient(new KvClientOptions { Gateways = [gateway], Key = _keys[client] });
        var own = new OwnKeys(_scenario, client);
        foreach (var operation in _scenario.Workloads[client])
        {
            var (answer, isAnswer) = await DoAsync(kv, operation, cancel);
            if (isAnswer) Interlocked.Increment(ref _answers);
            var wrong = !isAnswer ? $"client {client}: {operation} was not answered: {answer}" : own.Judge(operation, answer);
            await lines.WriteAsync(($"client {client}: {operation} → {answer}", wrong), cancel);
        }
    }

    // What is said of an operation that was refused is an answer, too.
    private static async Task<(string Answer, bool IsAnswer)> DoAsync(KvClient kv, ScriptedOperation operation, CancellationToken cancel)
    {
        try
        {
            return (await AnswerAsync(kv, operation, cancel), true);
        }
        catch (OutcomeUnknownException unknown)
        {
            return (unknown.Message, false);
        }
        catch (KvException refused)
        {
            return (OwnKeys.Refused, OwnKeys.IsRefusal(refused.Problem));
        }
    }

    private static async Task<string> AnswerAsync(KvClient kv, ScriptedOperation operation, CancellationToken cancel)
    {
        KvKey key = operation.Key;
        switch (operation.Kind)
        {
            case ScriptedKind.Put:
                await kv.PutAsync(key, Encoding.ASCII.GetBytes(operation.Value), cancel: cancel);
                return OwnKeys.Done;
            case ScriptedKind.Append:
                await kv.AppendAsync(key, Encoding.ASCII.GetBytes(operation.Value), cancel: cancel);
                return OwnKeys.Done;
            case ScriptedKind.Slice:
                await kv.KeepSliceAsync(key, operation.Start, operation.End, cancel: cancel);
                return OwnKeys.Done;
            default:
                var found = await kv.GetAsync(key, _ordered, cancel);
                return found.Found ? $"'{Encoding.ASCII.GetString(found.Value.Span)}'" : OwnKeys.Absent;
        }
    }
}
