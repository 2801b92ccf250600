using System.Net;
using System.Net.Sockets;

namespace KvStore.Cli.Doctor;

/// <summary>Where a node is.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Host">The host of its address, as it is written.</param>
/// <param name="Address">That host's address; null when its name leads to none.</param>
internal sealed record Place(string Name, string Host, IPAddress? Address);

/// <summary>What can fail at once: nodes of one machine do, and those of one network may. Pure.</summary>
internal static class FaultDomains
{
    private const int NetworkBytes4 = 3; // A /24.
    private const int NetworkBytes6 = 8; // A /64.

    /// <summary>How many nodes share a machine, or a network, against how many may fail.</summary>
    /// <param name="places">All nodes.</param>
    /// <param name="faults">How many may fail: f.</param>
    public static Finding Of(IReadOnlyList<Place> places, int faults)
    {
        if (faults == 0) return Finding.Warning("fault domains", "No node may fail.", "Four nodes are the least that bear a fault.");
        var machine = Largest(places, place => place.Address?.ToString() ?? place.Host);
        if (machine.Count > faults && machine.TrueForAll(IsLoopback))
            return Finding.Warning("fault domains", $"{Names(machine)} run on this machine, and {faults} may fail.", "That is good for trying things out. For production give each node a machine of its own.");
        if (machine.Count > faults)
            return Finding.Problem("fault domains", $"{Names(machine)} share the host {machine[0].Host}, and {faults} may fail.", "Move nodes to machines of their own, each with its own disk, power and operator.");
        var network = Largest(places, NetworkOf);
        return network.Count > faults
            ? Finding.Warning("fault domains", $"{Names(network)} share the network of {network[0].Host}, and {faults} may fail.", "See whether they share a switch, a rack or a site; if they do, that is one fault.")
            : Finding.Ok("fault domains", $"No host and no network has more than the {faults} that may fail.");
    }

    private static List<Place> Largest(IReadOnlyList<Place> places, Func<Place, string> of) =>
        places.GroupBy(of, StringComparer.OrdinalIgnoreCase).Select(same => same.ToList()).MaxBy(same => same.Count) ?? [];

    private static string NetworkOf(Place place)
    {
        if (place.Address is not { } address) return place.Host;
        var bytes = address.GetAddressBytes();
        return Convert.ToHexString(bytes.AsSpan(0, address.AddressFamily == AddressFamily.InterNetwork ? NetworkBytes4 : NetworkBytes6));
    }

    private static bool IsLoopback(Place place) => place.Address is { } address && IPAddress.IsLoopback(address);

    private static string Names(IEnumerable<Place> places) => string.Join(", ", places.Select(place => place.Name));
}
