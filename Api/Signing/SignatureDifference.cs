using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Api.Signing;

/// <summary>
/// Finds words for the first way in which a signature is not the one that its request needs. Only asked once it is known that it is not, so it may take its time.
/// </summary>
internal static class SignatureDifference
{
    private const int QuotedCharactersMax = 64;

    private static readonly string[] _parameters = SignatureParameters.Order.Split(", ");

    // What differs from gateway to gateway, or is added on the way. http-api.md section 4.
    private static readonly string[] _never = ["@authority", "@scheme", "@target-uri", "@request-target", "host", "content-length", "traceparent", "tracestate", "date"];

    /// <summary>The first difference.</summary>
    /// <param name="input">The member of <c>Signature-Input</c>.</param>
    /// <param name="expected">What must be covered.</param>
    public static string Describe(string input, CoveredComponents expected)
    {
        var end = input.IndexOf(')', StringComparison.Ordinal);
        if (!input.StartsWith('(') || end < 0) return "Signature-Input does not begin with the list of the covered components in parentheses.";
        var components = input[1..end].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return OfComponents(components, expected.Names)
            ?? OfParameters(input[(end + 1)..].Split(';', StringSplitOptions.TrimEntries))
            ?? "Signature-Input has white space or other characters that RFC 8941 section 4.1 would not write: one space between components, none elsewhere.";
    }

    private static string? OfComponents(string[] components, ImmutableArray<string> expected)
    {
        var names = new List<string>();
        foreach (var component in components)
        {
            if (component.Length < 2 || component[0] != '"' || component.IndexOf('"', 1) != component.Length - 1)
                return $"{Quote(component)} is not a component's name in double quotes, without parameters.";
            names.Add(component[1..^1]);
        }

        if (expected.FirstOrDefault(name => !names.Contains(name, StringComparer.Ordinal)) is { } missing)
        {
            return missing.StartsWith('@') || missing is "content-digest" or "kv-cluster"
                ? $"'{missing}' must be covered."
                : $"The header '{missing}' is present and not covered.";
        }

        if (names.FirstOrDefault(name => !expected.Contains(name, StringComparer.Ordinal)) is { } extra)
        {
            return _never.Contains(extra, StringComparer.Ordinal)
                ? $"'{extra}' must not be covered: the same signed bytes must be good at every gateway."
                : $"{Quote(extra)} is covered, and is not a header that this request has and that changes what it means.";
        }

        if (names.Count != expected.Length) return "A component is covered twice.";
        return names.SequenceEqual(expected, StringComparer.Ordinal) ? null : $"The components must stand in the order {string.Join(' ', expected)}.";
    }

    private static string? OfParameters(string[] parameters)
    {
        // What stands before the first ';' is nothing, or does not belong there.
        if (parameters[0].Length > 0) return $"{Quote(parameters[0])} stands behind the list of components.";
        var pairs = parameters.Skip(1).Select(parameter => parameter.Split('=', 2)).ToList();
        var names = pairs.ConvertAll(pair => pair[0]);
        if (_parameters.FirstOrDefault(name => !names.Contains(name, StringComparer.Ordinal)) is { } missing) return $"The parameter '{missing}' is missing.";
        if (names.FirstOrDefault(name => !_parameters.Contains(name, StringComparer.Ordinal)) is { } extra) return $"There must be no parameter {Quote(extra)}.";
        if (!names.SequenceEqual(_parameters, StringComparer.Ordinal)) return $"The parameters must stand in the order {SignatureParameters.Order}, each once.";
        return pairs.Where(pair => !IsGood(pair[0], pair.Length == 2 ? pair[1] : "")).Select(pair => FormOf(pair[0])).FirstOrDefault();
    }

    private static bool IsGood(string name, string value) => name switch
    {
        "created" or "expires" => SignatureParameters.TrySeconds(value, out _),
        "nonce" => IsQuoted(value) && SignatureParameters.TryNonce(value.AsSpan(1..^1), out _),
        "keyid" => IsQuoted(value) && SignatureParameters.TryKeyId(value.AsSpan(1..^1), out _),
        "alg" => value is "\"ed25519\"",
        _ => true, // The tag, without which nobody would be asked.
    };

    private static string FormOf(string name) => name switch
    {
        "nonce" => "'nonce' must be the base64url, without padding, of 16 bytes: 8 for the session and 8 for a counter.",
        "keyid" => "'keyid' must be the base64url, without padding, of the 32 bytes of the Ed25519 public key.",
        "alg" => "'alg' must be \"ed25519\".",
        _ => $"'{name}' must be whole seconds since 1970, in digits.",
    };

    private static bool IsQuoted(string value) => value.Length >= 2 && value[0] == '"' && value[^1] == '"';

    private static string Quote(string text) => $"'{(text.Length <= QuotedCharactersMax ? text : text[..QuotedCharactersMax] + "…")}'";
}
