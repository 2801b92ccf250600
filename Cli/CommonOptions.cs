using System.CommandLine;
using KvStore.Api;

namespace KvStore.Cli;

/// <summary>Options and arguments that several commands have.</summary>
internal sealed class CommonOptions
{
    private const int DefaultTimeoutSeconds = 10;

    /// <summary>The key.</summary>
    public Argument<string> Key { get; } = new("KEY") { Description = "The key: any text." };

    /// <summary>A value that is given on the command line, or where it is.</summary>
    public Argument<string?> Value { get; } = new("VALUE")
    {
        Description = "The value; '-' (the default) reads it from the standard input, '@FILE' from a file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The revision that the key must be at.</summary>
    public Option<string?> IfMatch { get; } = new("--if-match")
    {
        Description = "Only if the key is at this revision, as put and get print it, for example r42.",
        HelpName = "rN",
    };

    private Option<string?> Url { get; } = new("--url")
    {
        Description = $"The gateway; default: the environment's KV_URL, or {ApiOptions.DefaultUrls}.",
        HelpName = "URL",
    };

    private Option<int> Timeout { get; } = new("--timeout")
    {
        Description = "How long to wait for an answer.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => DefaultTimeoutSeconds,
    };

    /// <summary>Adds the options that say where the gateway is.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Url);
        command.Options.Add(Timeout);
    }

    /// <summary>The gateway that the command line names.</summary>
    public GatewayClient Client(ParseResult parsed, Terminal terminal)
    {
        var text = parsed.GetValue(Url) ?? terminal.Environment("KV_URL") ?? ApiOptions.DefaultUrls;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            throw Failure.Usage($"'{text}' is not the address of a gateway.", $"Give one like {ApiOptions.DefaultUrls} with --url or in KV_URL.");
        var seconds = parsed.GetValue(Timeout);
        if (seconds < 1) throw Failure.Usage("--timeout takes a number of seconds from 1 on.", "Leave it out to wait for 10 seconds.");
        return new GatewayClient(url, TimeSpan.FromSeconds(seconds));
    }

    /// <summary>The key, in the form that it has in a path.</summary>
    public string KeyPathOf(ParseResult parsed) => KeyPath.Of(parsed.GetValue(Key) ?? "");

    /// <summary>The entity tag of a revision as it was typed, with or without its quotes; null when none was.</summary>
    public string? IfMatchOf(ParseResult parsed)
    {
        if (parsed.GetValue(IfMatch) is not { } text) return null;
        var tag = text.Trim('"');
        return tag == "*" ? tag : $"\"{tag}\"";
    }
}
