using System.CommandLine;
using KvStore.Cli.Output;
using KvStore.Client;

namespace KvStore.Cli.Commands;

/// <summary><c>kv put KEY [VALUE|-|@FILE]</c>: replaces a value, or creates it.</summary>
internal static class PutCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var create = new Option<bool>("--create") { Description = "Only if there is no such key: the same as --if-none-match '*'." };
        var ifNoneMatch = new Option<string?>("--if-none-match") { Description = "'*': only if there is no such key.", HelpName = "*" };
        ifNoneMatch.AcceptOnlyFromAmong("*");
        var contentType = new Option<string?>("--content-type") { Description = "What the value is, for example application/json.", HelpName = "TYPE" };
        var ttl = new Option<string?>("--ttl") { Description = "After what time the key expires, for example 60s, 10m, 2h or 7d.", HelpName = "TIME" };
        var command = new Command("put", "Replaces a value, or creates it, and prints its revision.")
        {
            common.Key, common.Value, common.IfMatch, ifNoneMatch, create, contentType, ttl, common.Written,
        };
        command.Example(
            "kv put greeting hello", "kv put greeting bye --if-match r1", "kv put photo @cat.jpg --content-type image/jpeg", "date | kv put now --ttl 1h");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var key = common.KeyOf(parsed);
            var options = new PutOptions
            {
                IfMatch = common.IfMatchOf(parsed),
                IfAbsent = parsed.GetValue(create) || parsed.GetValue(ifNoneMatch) is not null,
                ContentType = ContentTypes.Checked(parsed.GetValue(contentType)),
                TimeToLive = Duration.Read("--ttl", parsed.GetValue(ttl), TimeSpan.FromSeconds(1)),
            };
            using var connection = common.Connect(parsed, terminal);
            var value = await ValueInput.ReadAsync(parsed.GetValue(common.Value), terminal, cancel);
            var result = await connection.AskAsync(client => client.PutAsync(key, value, options, cancel));
            return await Written.PrintAsync(parsed.GetValue(common.Written)!, key, result, isAppend: false, terminal);
        });
        return command;
    }
}
