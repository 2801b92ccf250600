namespace KvStore.Api.Requests;

/// <summary>Looks into a raw query. The state machine has the last word on it; this is for the parameters that steer the gateway.</summary>
internal static class QueryText
{
    /// <summary>The raw value of the first parameter with a name; empty when it has none, null when the parameter is absent.</summary>
    public static string? Find(string query, string name)
    {
        if (query.Length <= 1) return null;
        var text = query.AsSpan(1);
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (!IsNamed(pair, name)) continue;
            return pair.Length > name.Length ? pair[(name.Length + 1)..].ToString() : "";
        }

        return null;
    }

    /// <summary>The query without the parameters of these names; empty when none is left.</summary>
    public static string Without(string query, params ReadOnlySpan<string> names)
    {
        if (query.Length <= 1) return "";
        var kept = new List<string>();
        foreach (var pair in query[1..].Split('&'))
        {
            if (!IsAny(pair, names)) kept.Add(pair);
        }

        return kept.Count == 0 ? "" : "?" + string.Join('&', kept);
    }

    private static bool IsAny(string pair, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (IsNamed(pair, name)) return true;
        }

        return false;
    }

    private static bool IsNamed(ReadOnlySpan<char> pair, string name) =>
        pair.StartsWith(name, StringComparison.Ordinal) && (pair.Length == name.Length || pair[name.Length] == '=');
}
