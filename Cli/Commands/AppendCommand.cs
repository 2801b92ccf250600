using System.CommandLine;
using KvStore.Cli.Output;
using KvStore.Client;

namespace KvStore.Cli.Commands;

/// <summary><c>kv append KEY [VALUE|-|@FILE]</c>: appends to a value, or creates it.</summary>
internal static class AppendCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var ifLength = new Option<long?>("--if-length") { Description = "Only if the value has this many bytes; an absent one has 0.", HelpName = "BYTES" };
        var command = new Command("append", "Appends to a value, or creates it, and prints its revision.")
        {
            common.Key, common.Value, common.IfMatch, ifLength, common.Written,
        };
        command.Example("kv append log 'one more line'", "kv append log @more.txt --if-length 1024");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var key = common.KeyOf(parsed);
            var length = parsed.GetValue(ifLength);
            if (length < 0) throw Failure.Usage("--if-length takes a number of bytes from 0 on.", "Leave it out to append at any length.");
            var options = new AppendOptions { IfMatch = common.IfMatchOf(parsed), IfLength = length };
            using var connection = common.Connect(parsed, terminal);
            var value = await ValueInput.ReadAsync(parsed.GetValue(common.Value), terminal, cancel);
            var result = await connection.AskAsync(client => client.AppendAsync(key, value, options, cancel));
            return await Written.PrintAsync(parsed.GetValue(common.Written)!, key, result, isAppend: true, terminal);
        });
        return command;
    }
}
