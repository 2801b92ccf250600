using System.CommandLine;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Cli.Cluster;

/// <summary>The options that say whose requests a cluster executes.</summary>
internal static class ClientsOptions
{
    private const string Any = "any";
    private const string ListedOnly = "listed";

    /// <summary>Any client, or those that are listed.</summary>
    public static Option<string> Policy()
    {
        var option = new Option<string>("--clients")
        {
            Description = "Whose requests are executed: those of the clients that the genesis lists, or any key's.",
            HelpName = $"{Any}|{ListedOnly}",
            DefaultValueFactory = _ => ListedOnly,
        };
        option.AcceptOnlyFromAmong(Any, ListedOnly);
        return option;
    }

    /// <summary>The listed clients.</summary>
    public static Option<string[]> Listed() => new("--client") { Description = "The public key of a client that is admitted, as 'kv key show' prints it; once for each.", HelpName = "KEYID" };

    /// <summary>Whether any client is admitted.</summary>
    public static bool IsAny(string? policy) => policy == Any;

    /// <summary>What the two options say.</summary>
    public static ClientPolicy PolicyOf(string? policy, IReadOnlyList<string> listed)
    {
        if (!IsAny(policy)) return listed.Count > 0 ? ClientPolicy.Only(listed.Select(KeyOf)) : throw Failure.Usage("No client is listed, so that nobody could use the cluster.", "Name each with --client KEYID, or admit any with --clients any.");
        return listed.Count == 0 ? ClientPolicy.Any : throw Failure.Usage("Any client is admitted, and some are listed.", "Leave out --client, or --clients any.");
    }

    private static PublicKey KeyOf(string text)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        return StrictBase64Url.TryDecode(text, bytes) ? PublicKey.Read(bytes) : throw Failure.Usage($"'{text}' is not a public key.", "'kv key show' prints one.");
    }
}
