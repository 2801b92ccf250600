using System.CommandLine;
using System.CommandLine.Parsing;
using KvStore.Cli.Accountability;
using KvStore.Cli.Bench;
using KvStore.Cli.Cluster;
using KvStore.Cli.Commands;
using KvStore.Cli.Completion;
using KvStore.Cli.Doctor;
using KvStore.Cli.Fuzzing;
using KvStore.Cli.Ledger;
using KvStore.Cli.Nodes;
using KvStore.Cli.Snapshots;
using KvStore.Cli.Status;
using KvStore.Replication.Setup;

namespace KvStore.Cli;

/// <summary>The command <c>kv</c>.</summary>
internal static class KvCommand
{
    // A value is given as @FILE, which must not be taken for a file of arguments.
    private static readonly ParserConfiguration _parser = new() { ResponseFileTokenReplacer = null };

    // A node that is told to end finishes what it has begun to answer.
    private static readonly TimeSpan _stopMax = TimeSpan.FromSeconds(30);

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code: see <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancel = default)
    {
        try
        {
            var root = Create(terminal);
            root.ShowExamples();
            var parsed = root.Parse(args, _parser);
            if (parsed.Errors.Count > 0) throw Wrong(parsed);
            await using var output = new StreamWriter(terminal.Out, leaveOpen: true);
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = terminal.Error, ProcessTerminationTimeout = _stopMax };
            return await parsed.InvokeAsync(invocation, cancel);
        }
        catch (Failure failure)
        {
            await terminal.Error.WriteLineAsync($"kv: {failure.Message}\n    {failure.Next}");
            return failure.ExitCode;
        }
        catch (SetupException wrong)
        {
            await terminal.Error.WriteLineAsync($"kv: {wrong.Message}\n    {wrong.Next}");
            return ExitCodes.Error;
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("kv: Interrupted.\n    What was being written may have been applied: look with 'kv get'.");
            return ExitCodes.Interrupted;
        }
    }

    private static RootCommand Create(Terminal terminal) => new("A key-value store that stays correct while some of its replicas lie.")
    {
        DevCommand.Create(terminal),
        PutCommand.Create(terminal),
        GetCommand.Create(terminal),
        AppendCommand.Create(terminal),
        SliceCommand.Create(terminal),
        DeleteCommand.Create(terminal),
        ListCommand.Create(terminal),
        TxnCommand.Create(terminal),
        BatchCommand.Create(terminal),
        RequestCommand.Create(terminal),
        KeyCommand.Create(terminal),
        ClusterCommand.Create(terminal),
        NodeCommand.Create(terminal),
        SnapshotCommand.Create(terminal),
        LedgerCommand.Create(terminal),
        DoctorCommand.Create(terminal),
        StatusCommand.Create(terminal),
        VerifyProofsCommand.Create(terminal),
        BenchCommand.Create(terminal),
        SimCommand.Create(terminal),
        FuzzCommand.Create(terminal),
        CompletionCommand.Create(terminal),
    };

    private static Failure Wrong(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } result; at = at.Parent)
            names.Insert(0, result.Command.Name);
        var help = string.Join(' ', ["kv", .. names, "--help"]);

        // The parser's messages can have several lines, and the second line is for what to do next.
        var words = parsed.Errors.SelectMany(error => error.Message.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
        var what = string.Join(' ', words);
        return Failure.Usage(what, $"'{help}' shows how it goes.");
    }
}
