using System.CommandLine;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv slice KEY START [END]</c>: makes a value a slice of itself. To read a slice is <c>kv get --range</c>.</summary>
internal static class SliceCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var start = new Argument<long>("START") { Description = "The first byte that is kept, from 0." };
        var end = new Argument<long?>("END")
        {
            Description = "The first byte after those that are kept; all to the end without it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("slice", "Makes a value a slice of itself, and prints its revision.")
        {
            common.Key, start, end, common.IfMatch, common.Written,
        };
        command.Example("kv slice greeting 0 5", "kv slice log 1024");
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var key = common.KeyOf(parsed);
            var (first, last, tag) = (parsed.GetValue(start), parsed.GetValue(end), common.IfMatchOf(parsed));
            if (first < 0 || last < first)
                throw Failure.Usage("A slice goes from START, which is 0 or more, to END, which is not less.", "'kv slice --help' shows how it goes.");
            using var connection = common.Connect(parsed, terminal);
            var result = await connection.AskAsync(client => client.KeepSliceAsync(key, first, last, tag, cancel));
            return await Written.PrintAsync(parsed.GetValue(common.Written)!, key, result, isAppend: false, terminal);
        });
        return command;
    }
}
