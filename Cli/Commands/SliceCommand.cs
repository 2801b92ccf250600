using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using KvStore.Cli.Output;

namespace KvStore.Cli.Commands;

/// <summary><c>kv slice KEY START [END]</c>: makes a value a slice of itself. To read a slice is <c>kv get --range</c>.</summary>
internal static class SliceCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var common = new CommonOptions();
        var start = new Argument<ulong>("START") { Description = "The first byte that is kept, from 0." };
        var end = new Argument<ulong?>("END")
        {
            Description = "The first byte after those that are kept; all to the end without it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("slice", "Makes a value a slice of itself, and prints its revision.") { common.Key, start, end, common.IfMatch };
        common.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = common.Client(parsed, terminal);
            using var request = new HttpRequestMessage(HttpMethod.Patch, common.KeyPathOf(parsed));
            var json = Json(parsed.GetValue(start), parsed.GetValue(end));
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/vnd.kv.slice+json"));
            if (common.IfMatchOf(parsed) is { } tag) request.Headers.TryAddWithoutValidation("If-Match", tag);
            return await Written.SendAsync(client, request, terminal, cancel);
        });
        return command;
    }

    private static string Json(ulong start, ulong? end) => end is { } last
        ? string.Create(CultureInfo.InvariantCulture, $$"""{"start":{{start}},"end":{{last}}}""")
        : string.Create(CultureInfo.InvariantCulture, $$"""{"start":{{start}}}""");
}
