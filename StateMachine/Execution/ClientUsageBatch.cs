using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What clients take up, in a batch under way: each client that the batch touches is looked up once and written back once.</summary>
internal sealed class ClientUsageBatch(ImmutableSortedDictionary<PublicKey, ClientUsage> byClient, long resultBytes)
{
    private readonly SortedDictionary<PublicKey, ClientUsage> _touched = [];

    /// <summary>About how large all results are, in bytes.</summary>
    public long ResultBytes { get; private set; } = resultBytes;

    /// <summary>What a client takes up now.</summary>
    public ClientUsage this[PublicKey client] => _touched.TryGetValue(client, out var usage) ? usage : byClient.GetValueOrDefault(client);

    public void Add(PublicKey client, int sessions, long bytes)
    {
        _touched[client] = this[client].Plus(sessions, bytes);
        ResultBytes += bytes;
    }

    public ImmutableSortedDictionary<PublicKey, ClientUsage> Flush()
    {
        var builder = byClient.ToBuilder();
        foreach (var (client, usage) in _touched)
        {
            Invariant.Holds(usage is { Sessions: >= 0, ResultBytes: >= 0 });
            if (usage.Sessions > 0)
            {
                builder[client] = usage;
                continue;
            }

            Invariant.Holds(usage.ResultBytes == 0);
            builder.Remove(client);
        }

        return builder.ToImmutable();
    }
}
