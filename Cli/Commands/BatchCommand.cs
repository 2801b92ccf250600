using System.CommandLine;
using System.Globalization;
using System.Text;
using KvStore.Cli.Connecting;
using KvStore.Cli.Output;
using KvStore.Client;

namespace KvStore.Cli.Commands;

/// <summary><c>kv batch [JSON|-|@FILE]</c>: steps that do not depend on each other, on keys of any shards.</summary>
internal static class BatchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var body = StepsInput.Argument("The batch as JSON: {\"operations\":[…]}");
        var output = StepsInput.Output();
        var command = new Command("batch", "Carries out steps on any keys, each for itself. Ends as the first that failed would have by itself.")
        {
            body, output,
        };
        command.Example(
            """kv batch '{"operations":[{"op":"put","key":"a","value":"1"},{"op":"get","key":"b"},{"op":"delete","key":"c","ifRevision":41}]}'""",
            "kv batch @import.json -o json");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = common.Connect(parsed, terminal);
            var json = await ValueInput.ReadAsync(parsed.GetValue(body), terminal, cancel);
            var result = await connection.AskAsync(client => client.BatchAsync(json, cancel));
            if (StepsInput.IsJson(parsed.GetValue(output), terminal)) await terminal.WriteLineAsync(Encoding.UTF8.GetString(result.Json.Span));
            else await terminal.WriteAsync(StepTable.Of(result.Results));
            return await JudgeAsync(result, terminal);
        });
        return command;
    }

    // A step of which nobody knows is what matters most: what to do about any other does not depend on the order.
    private static async Task<int> JudgeAsync(BatchResult result, Terminal terminal)
    {
        var results = result.Results;
        var problems = results.Select(step => step.Problem).OfType<Problem>().ToList();
        if (problems.Count == 0) return ExitCodes.Ok;
        var first = problems.Find(problem => problem.Outcome == Outcome.Unknown) ?? problems[0];
        var failed = results.Count(step => step.Problem is not null);
        var what = string.Create(CultureInfo.InvariantCulture, $"{failed} of {results.Count} steps failed, among them for: {KeyTable.Visible(first.Title)}");
        await terminal.Error.WriteLineAsync($"kv: {what}\n    {ClientFailures.NextOf(first, result.Request)} (code {KeyTable.Visible(first.Code)})");
        return ClientFailures.ExitCodeOf(first, first.Outcome == Outcome.Unknown);
    }
}
