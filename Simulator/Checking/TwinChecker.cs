// The atomicity of transactions as a client can see it, without positions, revisions or the oracle.
using System.Text;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Simulator;

/// <summary>Twin keys are only ever written together and alike: whoever reads both at once, in a transaction or a list, must see them alike.</summary>
internal static class TwinChecker
{
    public static void Check(World world)
    {
        if (world.Violations.Any) return;
        foreach (var operation in world.History.Operations)
        {
            var seen = Seen(operation, world.Shards.Length).ToDictionary(StringComparer.Ordinal);
            foreach (var tag in world.Keys.Tags)
            {
                var (one, other) = (seen.GetValueOrDefault(KeySpace.Key(KeySpace.Twin, 0, tag)), seen.GetValueOrDefault(KeySpace.Key(KeySpace.Twin, 1, tag)));
                if (!string.Equals(one, other, StringComparison.Ordinal)) world.Violations.Add("Transactions are atomic", $"{operation} saw twins that differ: {one} and {other}");
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Seen(ClientOperation operation, int shards) => operation.Intent switch
    {
        { Kind: OperationKind.Transaction } => StepView.Of(operation, shards)
            .Where(view => view is { Step: { Kind: OperationKind.Get, Key: [KeySpace.Twin, ..] }, Result: not null })
            .Select(view => KeyValuePair.Create(view.Step.Key, Encoding.ASCII.GetString(view.Result!.Value.Span))),
        { Kind: OperationKind.List, Key: [KeySpace.Twin, ..] } => operation.Parts.Where(part => part.Result is { Code: ResultCode.Ok }).SelectMany(part => Listed(part.Result!)),
        _ => [],
    };

    private static IEnumerable<KeyValuePair<string, string>> Listed(OperationResult result)
    {
        var reader = new CanonicalReader(result.Value);
        return ListPage.Decode(ref reader).Entries.Select(entry => KeyValuePair.Create(entry.Key.ToString(), Encoding.ASCII.GetString(entry.Value.GetValueOrDefault().Span)));
    }
}
