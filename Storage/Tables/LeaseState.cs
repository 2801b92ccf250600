namespace KvStore.Storage.Tables;

/// <summary>What the lease row says.</summary>
/// <param name="Epoch">The number of the lease; a later one has a higher number.</param>
/// <param name="Holder">A secret of who holds it; empty when it was given up.</param>
/// <param name="HolderName">Who holds it, for people.</param>
/// <param name="Commits">How many commits there were, this one included.</param>
/// <param name="Rows">How many data rows there are.</param>
/// <param name="Next">The sequence of the next data row.</param>
internal sealed record LeaseState(ulong Epoch, string Holder, string HolderName, ulong Commits, ulong Rows, ulong Next)
{
    public TableRow ToRow() => new(TableKeys.Lease, new Dictionary<string, object>(StringComparer.Ordinal)
    {
        [nameof(Epoch)] = (long)Epoch,
        [nameof(Holder)] = Holder,
        [nameof(HolderName)] = HolderName,
        [nameof(Commits)] = (long)Commits,
        [nameof(Rows)] = (long)Rows,
        [nameof(Next)] = (long)Next,
    });

    /// <summary>What a row says that a holder wrote; null when none wrote it.</summary>
    public static LeaseState? TryRead(TableRow row)
    {
        var (epoch, commits, rows, next) = (row.Find<long>(nameof(Epoch)), row.Find<long>(nameof(Commits)), row.Find<long>(nameof(Rows)), row.Find<long>(nameof(Next)));
        return epoch <= 0 || commits <= 0 || rows < 0 || next <= 0
            ? null
            : new LeaseState((ulong)epoch, row.Find<string>(nameof(Holder)) ?? "", row.Find<string>(nameof(HolderName)) ?? "", (ulong)commits, (ulong)rows, (ulong)next);
    }
}
