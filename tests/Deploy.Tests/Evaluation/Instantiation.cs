namespace KvStore.Deploy.Tests;

/// <summary>What one deployment of a template would make. Modules are deployed when something asks for their outputs, or at the end; each once.</summary>
internal sealed class Instantiation
{
    // What is made of a declaration in one round: its object, the names of the round, and whether its condition holds.
    private delegate object? Make(Declaration declaration, BicepNode node, IReadOnlyDictionary<string, object?> locals, bool made);

    private readonly TemplateSet _set;
    private readonly Template _template;
    private readonly string _scope;
    private readonly string _owner;
    private readonly IReadOnlyDictionary<string, object?> _parameters;
    private readonly List<Instance> _made;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly Evaluator _evaluator;

    /// <summary>Prepares a deployment.</summary>
    /// <param name="set">All templates.</param>
    /// <param name="template">The one to deploy.</param>
    /// <param name="scope">The id of the group or subscription to deploy it to.</param>
    /// <param name="owner">The replica that it is a part of, or nothing.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="made">Where what it makes is added.</param>
    public Instantiation(TemplateSet set, Template template, string scope, string owner, IReadOnlyDictionary<string, object?> parameters, List<Instance> made)
    {
        (_set, _template, _scope, _owner, _parameters, _made) = (set, template, scope, owner, parameters, made);
        _evaluator = new Evaluator(Lookup, new Functions(scope, CallOwn, template.Path, static _ => null));
    }

    /// <summary>The id of a resource in a group, in a subscription, or of another resource.</summary>
    public static string IdOf(string scope, string type, string name)
    {
        var parts = type.Split('/');
        // What stands for a value that only Azure knows may have slashes in it.
        var names = parts.Length == 2 ? [name] : name.Split('/');
        return $"{scope}/providers/{parts[0]}/{string.Join('/', parts.Skip(1).Zip(names, static (kind, own) => $"{kind}/{own}"))}";
    }

    /// <summary>Makes everything, and says what the template gives back.</summary>
    public IReadOnlyDictionary<string, object?> Run()
    {
        foreach (var declaration in _template.Resources.Concat(_template.Modules)) Lookup(declaration.Name);
        return _template.Outputs.ToDictionary(static output => output.Name, output => _evaluator.Of(output.Value!));
    }

    private object? Lookup(string name)
    {
        if (_values.TryGetValue(name, out var known)) return known;
        if (_template.Parameters.Find(each => each.Name == name) is { } parameter)
        {
            if (_parameters.TryGetValue(name, out var given)) return _values[name] = given;
            return _values[name] = parameter.Value is { } standard ? _evaluator.Of(standard) : throw new TemplateException($"{_template.Path}: {name} is not given.");
        }

        if (_template.Variables.Find(each => each.Name == name) is { } variable) return _values[name] = _evaluator.Of(variable.Value!);
        if (_template.Resources.Find(each => each.Name == name) is { } resource) return _values[name] = Each(resource, MakeResource);
        if (_template.Modules.Find(each => each.Name == name) is { } module) return _values[name] = Each(module, DeployModule);
        if (Imported(name) is { } from) return _values[name] = new Instantiation(_set, from, _scope, _owner, _parameters, _made).Lookup(name);
        throw new TemplateException($"{_template.Path}: nothing is called {name}.");
    }

    private (bool Known, object? Value) CallOwn(string name, IReadOnlyList<object?> given)
    {
        var function = _template.Functions.Find(each => each.Name == name);
        if (function is null) return Imported(name) is { } from ? new Instantiation(_set, from, _scope, _owner, _parameters, _made).CallOwn(name, given) : (false, null);
        var parameters = function.Node.First("parameters")!.Named.Where(static each => each.Kind == "parameter").Select(static each => each.Named[0].Text!).ToList();
        return (true, _evaluator.In(parameters.Zip(given).ToDictionary(static pair => pair.First, static pair => pair.Second), function.Node.Named[^1]));
    }

    private Template? Imported(string name)
    {
        var import = _template.Imports.Find(each => each.Named.Any(part => part.Kind == "identifier" && part.Text == name));
        return import is null ? null : _set.Find(_template.Resolve(import.First("string")!.Literal()!));
    }

    // A loop makes one of each round, and a condition one or none.
    private object? Each(Declaration declaration, Make make) =>
        Each(declaration, declaration.Value!, new Dictionary<string, object?>(), true, make);

    private object? Each(Declaration declaration, BicepNode node, IReadOnlyDictionary<string, object?> locals, bool made, Make make) => node.Kind switch
    {
        "for_statement" => _evaluator.Rounds(node, locals).Select(round => Each(declaration, node.Named[^1], round, made, make)).ToList(),
        "if_statement" => Each(declaration, node.Named[^1], locals, Functions.IsTrue(_evaluator.In(locals, node.Named[0])), make),
        _ => make(declaration, node, locals, made),
    };

    private Reference MakeResource(Declaration declaration, BicepNode node, IReadOnlyDictionary<string, object?> locals, bool made)
    {
        var members = MembersOf(node, locals);
        var name = Functions.Text(members["name"]);
        var (type, version) = declaration.Label.Split('@') is [var kind, var date] ? (kind, date) : throw new TemplateException($"{_template.Path}: {declaration.Name} has no version.");
        var id = members.GetValueOrDefault("parent") is Reference parent ? $"{parent.Id}/{type.Split('/')[^1]}/{name}" : IdOf(ScopeOf(members), type, name);
        if (type == "Microsoft.Resources/resourceGroups") id = $"{_scope}/resourceGroups/{name}";
        var reference = new Reference(id, name, members);
        if (made && declaration.Node.First("existing") is null)
        {
            var body = members.Where(static member => member.Key is not ("parent" or "scope")).ToDictionary();
            _made.Add(new Instance($"{_template.Path}: {declaration.Name}", _owner, type, version, _scope, id, body));
        }

        return reference;
    }

    private ModuleReference DeployModule(Declaration declaration, BicepNode node, IReadOnlyDictionary<string, object?> locals, bool made)
    {
        var members = MembersOf(node, locals);
        var template = _set.Find(_template.Resolve(declaration.Label)) ?? throw new TemplateException($"{_template.Path} deploys {declaration.Label}, which is not there.");
        var parameters = members.GetValueOrDefault("params") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();
        var owner = Path.GetFileName(template.Path) == "replica.bicep" ? (string)Instance.Find(parameters["replica"], "id")! : _owner;
        return new ModuleReference(made ? new Instantiation(_set, template, ScopeOf(members), owner, parameters, _made).Run() : new Dictionary<string, object?>());
    }

    private Dictionary<string, object?> MembersOf(BicepNode node, IReadOnlyDictionary<string, object?> locals) => Declaration.MembersOf(node)
        .Where(static member => member.Name != "dependsOn").ToDictionary(static member => member.Name, member => _evaluator.In(locals, member.Value));

    private string ScopeOf(Dictionary<string, object?> members) => members.GetValueOrDefault("scope") switch
    {
        null => _scope,
        Reference target => target.Id,
        string id => id,
        _ => throw new TemplateException($"{_template.Path}: a scope is not understood."),
    };
}
