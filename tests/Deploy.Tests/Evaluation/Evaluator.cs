namespace KvStore.Deploy.Tests;

/// <summary>
/// Works out expressions. What only Azure knows (a principal, a key) becomes a text in ‹…› that says what it would be the value of, so that two of them are the same
/// exactly when they stand for the same. What is not understood is refused, never guessed.
/// </summary>
/// <param name="names">What a name stands for.</param>
/// <param name="functions">The functions that are known.</param>
internal sealed class Evaluator(Func<string, object?> names, Functions functions)
{
    /// <summary>The value of an expression.</summary>
    public object? Of(BicepNode node) => Of(node, new Dictionary<string, object?>());

    private object? Of(BicepNode node, IReadOnlyDictionary<string, object?> locals) => node.Kind switch
    {
        "string" => string.Concat(node.Children.Select(part => part.Kind == "interpolation" ? Functions.Text(Of(part.Named[0], locals)) : BicepNode.Piece(part))),
        "number" => long.Parse(node.Text!),
        "boolean" => node.All().Any(static part => part.Text == "true"),
        "null" => null,
        "identifier" => locals.TryGetValue(node.Text!, out var local) ? local : names(node.Text!),
        "parenthesized_expression" => Of(node.Named[0], locals),
        "object" => node.Named.ToDictionary(member => NameOf(member.Named[0], locals), member => Of(member.Named[^1], locals), StringComparer.Ordinal),
        "array" => node.Named.Select(item => Of(item, locals)).ToList(),
        "for_statement" => Loop(node, locals).ToList(),
        "ternary_expression" => Functions.IsTrue(Of(node.Named[0], locals)) ? Of(node.Named[1], locals) : Of(node.Named[2], locals),
        "unary_expression" when node.Children[0].Kind == "!" => !Functions.IsTrue(Of(node.Named[0], locals)),
        "binary_expression" => Binary(node, locals),
        "member_expression" => Member(Of(node.Named[0], locals), node.Named[1].Text!, node.Children.Any(static part => part.Kind == ".?"), node.Line),
        "subscript_expression" => Item(Of(node.Named[0], locals), Of(node.Named[1], locals)),
        "call_expression" => Call(node, locals),
        "lambda_expression" => new Func<object?, object?>(argument => Of(node.Named[1], new Dictionary<string, object?>(locals) { [node.Named[0].Text!] = argument })),
        _ => throw new TemplateException($"line {node.Line}: a {node.Kind} is not understood here."),
    };

    /// <summary>What a loop goes over: for each, the names that it has.</summary>
    public IEnumerable<IReadOnlyDictionary<string, object?>> Rounds(BicepNode loop, IReadOnlyDictionary<string, object?> locals)
    {
        var variables = loop.First("for_loop_parameters")?.Named ?? [loop.Named[0]];
        var index = 0L;
        foreach (var item in (IEnumerable<object?>)Of(loop.Named[1], locals)!)
        {
            var round = new Dictionary<string, object?>(locals) { [variables[0].Text!] = item };
            if (variables.Count > 1) round[variables[1].Text!] = index;
            index++;
            yield return round;
        }
    }

    /// <summary>The value of an expression where more names are known.</summary>
    public object? In(IReadOnlyDictionary<string, object?> locals, BicepNode node) => Of(node, locals);

    private IEnumerable<object?> Loop(BicepNode node, IReadOnlyDictionary<string, object?> locals) => Rounds(node, locals).Select(round => Of(node.Named[^1], round));

    private string NameOf(BicepNode name, IReadOnlyDictionary<string, object?> locals) => name.Kind == "identifier" ? name.Text! : Functions.Text(Of(name, locals));

    private object? Binary(BicepNode node, IReadOnlyDictionary<string, object?> locals)
    {
        var left = Of(node.Named[0], locals);
        return node.Children.First(static part => !part.IsNamed).Kind switch
        {
            "??" => left ?? Of(node.Named[1], locals),
            "==" => Equals(left, Of(node.Named[1], locals)),
            "!=" => !Equals(left, Of(node.Named[1], locals)),
            "&&" => Functions.IsTrue(left) && Functions.IsTrue(Of(node.Named[1], locals)),
            "||" => Functions.IsTrue(left) || Functions.IsTrue(Of(node.Named[1], locals)),
            var other => throw new TemplateException($"line {node.Line}: the operator {other} is not understood."),
        };
    }

    private object? Call(BicepNode node, IReadOnlyDictionary<string, object?> locals)
    {
        if (node.Named[0].Kind != "identifier") throw new TemplateException($"line {node.Line}: only functions with a plain name are understood.");
        var arguments = (node.First("arguments")?.Named ?? []).Select(argument => Of(argument, locals)).ToList();
        return functions.Call(node.Named[0].Text!, arguments, node.Line);
    }

    private static object? Member(object? from, string name, bool mayLack, int line) => from switch
    {
        Reference { Id: var id } when name == "id" => id,
        Reference { Name: var own } when name == "name" => own,
        Reference { Body: var body } when name is "location" or "tags" or "sku" or "kind" => body.GetValueOrDefault(name),
        Reference { Id: var id } => $"‹{id}›.{name}",
        ModuleReference { Outputs: var outputs } when name == "outputs" => outputs,
        IReadOnlyDictionary<string, object?> members => members.TryGetValue(name, out var value) || mayLack ? value : throw new TemplateException($"line {line}: there is no {name}."),
        string unknown when unknown.StartsWith('‹') => $"{unknown}.{name}",
        null when mayLack => null,
        _ => throw new TemplateException($"line {line}: '{name}' is asked of something that has no members."),
    };

    private static object? Item(object? from, object? index) => (from, index) switch
    {
        (IReadOnlyList<object?> items, long place) => items[(int)place],
        (IReadOnlyDictionary<string, object?> members, string name) => members[name],
        (string unknown, _) when unknown.StartsWith('‹') => $"{unknown}[{index}]",
        _ => throw new TemplateException($"'{index}' is no place in what is indexed."),
    };
}
