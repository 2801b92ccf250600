using System.CommandLine;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv delete KEY</c>.</summary>
internal static class DeleteCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var output = CommonOptions.OutputOf("raw", "How to print the result: raw (nothing) or json.", "raw", "json");
        var command = new Command("delete", "Deletes a key.") { common.Key, common.IfMatch, output };
        command.Example("kv delete greeting", "kv delete greeting --if-match r42");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var (key, tag) = (common.KeyOf(parsed), common.IfMatchOf(parsed));
            using var connection = common.Connect(parsed, terminal);
            var result = await connection.AskAsync(client => client.DeleteAsync(key, tag, cancel));
            if (!result.Deleted) throw Failure.NoSuchKey();
            if (parsed.GetValue(output) == "json") await terminal.WriteLineAsync(ResultJson.Of(key, result));
            await terminal.Error.WriteLineAsync("Deleted.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
