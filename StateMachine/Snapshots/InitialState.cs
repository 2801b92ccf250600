using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What a shard of a new cluster begins with when that is made from a snapshot of another one's.</summary>
public static class InitialState
{
    /// <summary>
    /// The state at position 0 with the keys of another state: their values, revisions and times to live, the time that it saw, so that no key lives longer for
    /// it, and the number of its changes, so that no revision comes twice. Sessions are left out: clients sign their requests for one cluster's id, so none that
    /// the old cluster executed can come again. Whoever makes it from the same state gets the same root.
    /// </summary>
    /// <param name="from">The state.</param>
    /// <param name="limits">The limits of the new cluster's states.</param>
    /// <param name="clients">Whose requests the new cluster executes.</param>
    /// <returns>The state; null when a key of it is beyond the limits.</returns>
    public static ShardState? Of(ShardState from, StateLimits limits, ClientPolicy clients)
    {
        var meta = new MetaRecord(SequenceNumber.Genesis, from.Time, from.View.Revision, MetaRecord.ConfigurationOf(limits, clients, from.Partition), LedgerFrontier.Empty);
        var map = AuthenticatedMap.Empty.ToBuilder();
        foreach (var record in from.Map.Records())
        {
            if (record.Key[0] == (byte)RecordKind.Key) map.Set(record.Path, record);
        }

        map.Set(RecordKeys.MetaPath, meta.ToRecord());
        return StateRestorer.TryRestore(map.ToImmutable(), limits, clients, from.Partition, out var state) ? state : null;
    }
}
