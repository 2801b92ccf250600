namespace KvStore.StateMachine;

/// <summary>The parameters of a query, each at most once, their values not decoded yet.</summary>
internal sealed class QueryParameters
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    private QueryParameters()
    {
    }

    public static QueryParameters None { get; } = new();

    /// <summary>The raw value of a parameter, or null when it is absent; empty when it has none.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Splits a query; null, with the reason, unless all parameters are known and none is there twice.</summary>
    /// <param name="query">The query with its leading '?', or empty.</param>
    /// <param name="known">The parameters that have a meaning.</param>
    /// <param name="error">The reason.</param>
    public static QueryParameters? Parse(string query, ReadOnlySpan<string> known, out ParseError? error)
    {
        error = null;
        if (query.Length <= 1) return None; // A '?' with nothing behind it is signed like no query at all.
        var parameters = new QueryParameters();
        var text = query.AsSpan(1);
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            var equals = pair.IndexOf('=');
            var name = (equals < 0 ? pair : pair[..equals]).ToString();
            error = Check(name, known, parameters);
            if (error is not null) return null;
            parameters._values.Add(name, equals < 0 ? "" : pair[(equals + 1)..].ToString());
        }

        return parameters;
    }

    private static ParseError? Check(string name, ReadOnlySpan<string> known, QueryParameters parameters)
    {
        if (!known.Contains(name)) return new ParseError(ParseErrors.UnknownParameter, $"The parameter '{name}' is not known here.");
        return parameters._values.ContainsKey(name) ? new ParseError(ParseErrors.RepeatedParameter, $"The parameter '{name}' is there twice.") : null;
    }
}
