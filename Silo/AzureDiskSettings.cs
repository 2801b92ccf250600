using System.Text.RegularExpressions;
using KvStore.Replication.Setup;

namespace KvStore.Silo;

/// <summary>Where a silo's replica keeps everything in Azure's tables and blobs, in place of files.</summary>
/// <param name="Tables">The address for tables of the replica's own storage account.</param>
/// <param name="Blobs">Its address for blobs.</param>
/// <param name="Table">The table.</param>
/// <param name="Container">The container.</param>
/// <param name="IsEmulator">Whether that is the emulator on this machine, and not an account that the managed identity may write to.</param>
public sealed partial record AzureDiskSettings(Uri Tables, Uri Blobs, string Table, string Container, bool IsEmulator)
{
    private static readonly string[] _names = ["disk-tables", "disk-blobs", "disk-table", "disk-container"];

    /// <summary>Reads what a command line or the environment says; null when the disk is to be files.</summary>
    /// <exception cref="SetupException">It says some of it and not all, or an address or a name is none.</exception>
    internal static AzureDiskSettings? Read(SiloArguments line)
    {
        var isEmulator = line.Flag("disk-emulator");
        var takes = isEmulator ? "takes an http address of this machine, with --disk-emulator" : "takes the https address of the replica's storage account";
        var tables = line.Parsed("disk-tables", takes, text => Address(text, isEmulator));
        var blobs = line.Parsed("disk-blobs", takes, text => Address(text, isEmulator));
        var table = line.Parsed("disk-table", "takes 3 to 63 letters and digits, a letter first", static text => TableName().IsMatch(text) ? text : null);
        var container = line.Parsed("disk-container", "takes 3 to 63 small letters, digits and single hyphens between them", static text => ContainerName().IsMatch(text) ? text : null);
        if (isEmulator)
        {
            tables ??= new Uri("http://127.0.0.1:10002/devstoreaccount1");
            blobs ??= new Uri("http://127.0.0.1:10000/devstoreaccount1");
        }

        if (tables is not null && blobs is not null) return new AzureDiskSettings(tables, blobs, table ?? "kvreplicas", container ?? "kv-replicas", isEmulator);
        if (tables is null && blobs is null && table is null && container is null) return null;
        throw new SetupException("A disk in Azure needs the addresses of both tables and blobs.", $"Give --{_names[0]} and --{_names[1]} together; --{_names[2]} and --{_names[3]} only with them.");
    }

    private static Uri? Address(string text, bool isEmulator) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (isEmulator ? uri.IsLoopback && uri.Scheme == Uri.UriSchemeHttp : uri.Scheme == Uri.UriSchemeHttps) ? uri : null;

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}$", RegexOptions.None, 1000)]
    private static partial Regex TableName();

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContainerName();
}
