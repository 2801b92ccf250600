using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What clients take up, in a batch under way: each client that the batch touches is looked up once and written back once.</summary>
internal sealed class ClientUsageBatch(ImmutableSortedDictionary<PublicKey, ClientUsage> byClient, long resultBytes)
{
    private readonly SortedDictionary<PublicKey, Entry> _touched = [];

    /// <summary>About how large all results are, in bytes.</summary>
    public long ResultBytes { get; private set; } = resultBytes;

    /// <summary>What a client takes up, to be read and added to.</summary>
    public Entry Touch(PublicKey client)
    {
        if (_touched.TryGetValue(client, out var known)) return known;
        var entry = new Entry { Usage = byClient.GetValueOrDefault(client) };
        _touched.Add(client, entry);
        return entry;
    }

    public void Add(Entry entry, int sessions, long bytes)
    {
        entry.Usage = entry.Usage.Plus(sessions, bytes);
        ResultBytes += bytes;
    }

    public ImmutableSortedDictionary<PublicKey, ClientUsage> Flush()
    {
        var builder = byClient.ToBuilder();
        foreach (var (client, entry) in _touched)
        {
            var usage = entry.Usage;
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

    /// <summary>What one client takes up now.</summary>
    internal sealed class Entry
    {
        public ClientUsage Usage { get; set; }
    }
}
