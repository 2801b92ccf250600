using KvStore.Protocol;

namespace KvStore.Replication.Hosting;

/// <summary>
/// Remembers what was verified last, one digest a place, so that it never grows and nothing is allocated. Whatever comes to a place that is taken takes it:
/// what is forgotten is verified again.
/// </summary>
public sealed class VerificationCache : IVerificationCache
{
    private const int PlaceCount = 1 << 17;
    private const int StripeCount = 64;

    private readonly Digest[] _places = new Digest[PlaceCount];
    private readonly Lock[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Lock())];

    /// <inheritdoc/>
    public bool Contains(Digest verified)
    {
        var place = PlaceOf(verified);
        lock (_stripes[place % StripeCount]) return _places[place] == verified && verified != Digest.Zero;
    }

    /// <inheritdoc/>
    public void Add(Digest verified)
    {
        var place = PlaceOf(verified);
        lock (_stripes[place % StripeCount]) _places[place] = verified;
    }

    // The digests are the output of a hash. Somebody can seek out some that share a place, and only makes his own be verified again.
    private static int PlaceOf(Digest verified) => verified.GetHashCode() & (PlaceCount - 1);
}
