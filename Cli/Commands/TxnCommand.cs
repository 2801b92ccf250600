using System.CommandLine;
using System.Text;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv txn [JSON|-|@FILE]</c>: compares, and does all of one list of steps or all of another.</summary>
internal static class TxnCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var body = StepsInput.Argument("The transaction as JSON: {\"if\":[…],\"then\":[…],\"else\":[…]}");
        var output = StepsInput.Output();
        var command = new Command("txn", "Carries out a transaction: all of 'then', or all of 'else'. Ends with 4 when a comparison does not hold.")
        {
            body, output,
        };
        command.Example(
            """kv txn '{"if":[{"key":"a","exists":false}],"then":[{"op":"put","key":"a","value":"1"}],"else":[{"op":"get","key":"a"}]}'""",
            "kv txn @transfer.json -o json",
            """kv txn '{"then":[{"op":"put","key":"{user7}/name","value":"Ada"},{"op":"append","key":"{user7}/log","value":"new name\n"}]}'""");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var connection = common.Connect(parsed, terminal);
            var json = await ValueInput.ReadAsync(parsed.GetValue(body), terminal, cancel);
            var result = await connection.AskAsync(client => client.TransactAsync(json, cancel));
            if (StepsInput.IsJson(parsed.GetValue(output), terminal)) await terminal.WriteLineAsync(Encoding.UTF8.GetString(result.Json.Span));
            else await terminal.WriteAsync(StepTable.Of(result.Results));
            if (result.Succeeded) return ExitCodes.Ok;
            await terminal.Error.WriteLineAsync(
                "kv: A comparison does not hold.\n    The steps of 'else' were carried out, if there are any; read the keys again.");
            return ExitCodes.PreconditionFailed;
        });
        return command;
    }
}
