using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace KvStore.Client.Tests;

/// <summary>
/// Rebuilds what a request's signature covers from its wire form and its own <c>Signature-Input</c>, as any library for RFC 9421 does. Shares no code
/// with the product on purpose.
/// </summary>
internal static partial class SignedText
{
    /// <summary>The signature base.</summary>
    public static byte[] Base(FakeRequest request)
    {
        var input = request.Header("Signature-Input")!;
        Assert.StartsWith("sig1=(", input, StringComparison.Ordinal);
        var lines = new StringBuilder();
        foreach (Match component in Component().Matches(input[..input.IndexOf(')', StringComparison.Ordinal)]))
            lines.Append('"').Append(component.Groups["name"].Value).Append("\": ").Append(Value(request, component.Groups["name"].Value)).Append('\n');
        lines.Append("\"@signature-params\": ").Append(input["sig1=".Length..]);
        return Encoding.ASCII.GetBytes(lines.ToString());
    }

    /// <summary>The names of the covered components, in order.</summary>
    public static string[] Covered(FakeRequest request) =>
        [.. Component().Matches(request.Header("Signature-Input")!.Split(')')[0]).Select(match => match.Groups["name"].Value)];

    /// <summary>The signature's bytes.</summary>
    public static byte[] Signature(FakeRequest request)
    {
        var text = request.Header("Signature")!;
        Assert.StartsWith("sig1=:", text, StringComparison.Ordinal);
        return Convert.FromBase64String(text["sig1=:".Length..^1]);
    }

    /// <summary>What Content-Digest should be.</summary>
    public static string DigestOf(byte[] body) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(body))}:";

    private static string Value(FakeRequest request, string name) => name switch
    {
        "@method" => request.Method,
        "@path" => request.Target.Split('?')[0],
        "@query" => request.Target.Contains('?') ? request.Target[request.Target.IndexOf('?')..] : "?",
        _ => request.Header(name) ?? throw new InvalidOperationException($"'{name}' is covered, and is not there."),
    };

    [GeneratedRegex("\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Component();
}
