using System.Globalization;

namespace KvStore.Grains.Placement;

/// <summary>
/// Which replicas' keys a silo holds, as its name says it: <c>replica-2</c>, or <c>replicas-0-3</c> for one that holds all four. A name proves nothing; who believes a
/// false one sends envelopes to where nobody can open them.
/// </summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
public readonly record struct HeldReplicas(int First, int Last)
{
    private const string One = "replica-";
    private const string Several = "replicas-";

    /// <summary>One replica.</summary>
    public static HeldReplicas Of(int replica) => new(replica, replica);

    /// <summary>Reads a silo's name; false for one that holds none.</summary>
    public static bool TryParse(string? name, out HeldReplicas held)
    {
        held = default;
        if (name is null) return false;
        if (name.StartsWith(One, StringComparison.Ordinal)) return TryNumber(name.AsSpan(One.Length), out var replica) && (held = Of(replica)) is var _;
        if (!name.StartsWith(Several, StringComparison.Ordinal)) return false;
        var rest = name.AsSpan(Several.Length);
        var dash = rest.IndexOf('-');
        if (dash < 0 || !TryNumber(rest[..dash], out var first) || !TryNumber(rest[(dash + 1)..], out var last) || last < first) return false;
        held = new HeldReplicas(first, last);
        return true;
    }

    /// <summary>Whether a replica is among them.</summary>
    public bool Has(long replica) => replica >= First && replica <= Last;

    /// <summary>The silo's name.</summary>
    public override string ToString() => First == Last
        ? string.Create(CultureInfo.InvariantCulture, $"{One}{First}")
        : string.Create(CultureInfo.InvariantCulture, $"{Several}{First}-{Last}");

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
