using System.Net;
using System.Net.Sockets;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Doctor;

/// <summary>Whether a node can listen where it is to.</summary>
internal static class PortChecks
{
    /// <summary>Tries both ports.</summary>
    /// <param name="setup">The node.</param>
    /// <param name="holder">The process that runs it; null when none does.</param>
    public static IReadOnlyList<Finding> Of(NodeSetup setup, uint? holder) =>
    [
        Try("port for peers", NodeSetting.PeerListen, () => setup.PeerListen(), holder),
        Try("port for clients", NodeSetting.ClientListen, () => EndPointOf(setup.ClientListen()), holder),
    ];

    private static Finding Try(string check, NodeSetting setting, Func<IPEndPoint?> where, uint? holder)
    {
        try
        {
            return where() is { } listen ? Try(check, setting, listen, holder) : Finding.Ok(check, "It is named and not numbered, so that it was not tried.");
        }
        catch (SetupException wrong)
        {
            return Finding.Of(check, wrong);
        }
    }

    private static Finding Try(string check, NodeSetting setting, IPEndPoint listen, uint? holder)
    {
        try
        {
            using var probe = new TcpListener(listen) { ExclusiveAddressUse = true };
            probe.Start();
            return holder is null
                ? Finding.Ok(check, $"{listen} is free.")
                : Finding.Problem(check, $"Process {holder} runs the node, and does not listen at {listen}.", $"It was started with another {setting.Name}, or is about to start or to end: look at its log.");
        }
        catch (SocketException busy) when (busy.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return holder is null
                ? Finding.Problem(check, $"{listen} is taken, and not by this node, which does not run.", $"End the process that is there, or choose another address with {setting.Name}.")
                : Finding.Ok(check, $"{listen} is in use, and process {holder} runs the node.");
        }
        catch (SocketException failure)
        {
            return Finding.Problem(check, $"Can't listen at {listen}: {failure.Message}", $"Name an address of this machine with {setting.Name}, for example 0.0.0.0:{listen.Port}.");
        }
    }

    // https://name:port may be anything, and a node says so at its start.
    private static IPEndPoint? EndPointOf(string url)
    {
        var uri = new Uri(url);
        if (uri.IsLoopback && uri.HostNameType == UriHostNameType.Dns) return new IPEndPoint(IPAddress.Loopback, uri.Port);
        return IPAddress.TryParse(uri.DnsSafeHost, out var address) ? new IPEndPoint(address, uri.Port) : null;
    }
}
