namespace KvStore.Deploy.Tests;

/// <summary>A declaration with a name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">All of it.</param>
/// <param name="Decorators">What stands before it, by name, with its arguments.</param>
public sealed record Declaration(string Name, BicepNode Node, IReadOnlyDictionary<string, IReadOnlyList<BicepNode>> Decorators)
{
    /// <summary>What it is declared as: the last part; null where there is no such part.</summary>
    public BicepNode? Value => Node.First("=") is null ? null : Node.Named[^1];

    /// <summary>The text after the name: a resource's type, a module's path.</summary>
    public string Label => Node.First("string")?.Literal() ?? "";

    /// <summary>The object of a resource or module, whatever loop and condition are around it.</summary>
    public BicepNode Body
    {
        get
        {
            var node = Value!;
            while (node.Kind is "for_statement" or "if_statement") node = node.Named[^1];
            return node;
        }
    }

    /// <summary>The members of the object: name and value.</summary>
    public IEnumerable<(string Name, BicepNode Value)> Members => MembersOf(Body);

    /// <summary>The members of an object.</summary>
    public static IEnumerable<(string Name, BicepNode Value)> MembersOf(BicepNode node) =>
        from member in node.Named
        where member.Kind == "object_property" && member.Named.Count > 1
        select (member.Named[0].Literal() ?? member.Named[0].Text ?? "", member.Named[^1]);
}

/// <summary>A template, or a file with parameters for one.</summary>
public sealed class Template
{
    /// <summary>Takes a file's declarations from its tree.</summary>
    /// <param name="path">Where it is, below deploy/bicep, with '/'.</param>
    /// <param name="tree">Its syntax.</param>
    public Template(string path, BicepNode tree)
    {
        Path = path;
        Tree = tree;
        IReadOnlyDictionary<string, IReadOnlyList<BicepNode>> decorators = new Dictionary<string, IReadOnlyList<BicepNode>>();
        foreach (var node in tree.Children)
        {
            if (node.Kind == "decorators")
            {
                decorators = node.Children.Where(static each => each.Kind == "decorator").Select(static each => each.First("call_expression")!).ToDictionary(
                    static call => call.Named[0].Text!, static IReadOnlyList<BicepNode> (call) => call.First("arguments")?.Named ?? []);
                continue;
            }

            var into = node.Kind switch
            {
                "parameter_declaration" => Parameters,
                "variable_declaration" => Variables,
                "user_defined_function" => Functions,
                "type_declaration" => Types,
                "resource_declaration" => Resources,
                "module_declaration" => Modules,
                "output_declaration" => Outputs,
                _ => null,
            };
            into?.Add(new Declaration(node.First("identifier")!.Text!, node, decorators));
            if (node.Kind == "import_functionality") Imports.Add(node);
            if (node.Kind == "using_statement") Using = node.First("string")!.Literal();
            if (node.Kind == "target_scope_assignment") TargetScope = node.First("string")!.Literal()!;
            if (node.Kind != "comment") decorators = new Dictionary<string, IReadOnlyList<BicepNode>>();
        }
    }

    /// <summary>Where it is, below deploy/bicep.</summary>
    public string Path { get; }

    /// <summary>Its syntax.</summary>
    public BicepNode Tree { get; }

    /// <summary>Where it is deployed to.</summary>
    public string TargetScope { get; } = "resourceGroup";

    /// <summary>The template that a file with parameters is for.</summary>
    public string? Using { get; }

    /// <summary>What it takes, or in a file with parameters: gives.</summary>
    public List<Declaration> Parameters { get; } = [];

    /// <summary>Its variables.</summary>
    public List<Declaration> Variables { get; } = [];

    /// <summary>Its functions.</summary>
    public List<Declaration> Functions { get; } = [];

    /// <summary>Its types.</summary>
    public List<Declaration> Types { get; } = [];

    /// <summary>Its resources.</summary>
    public List<Declaration> Resources { get; } = [];

    /// <summary>The modules that it deploys.</summary>
    public List<Declaration> Modules { get; } = [];

    /// <summary>What it gives back.</summary>
    public List<Declaration> Outputs { get; } = [];

    /// <summary>What it imports.</summary>
    public List<BicepNode> Imports { get; } = [];

    /// <summary>Whether it is a file with parameters.</summary>
    public bool IsParameters => Path.EndsWith(".bicepparam", StringComparison.Ordinal);

    /// <summary>A path that the file has, as one below deploy/bicep.</summary>
    public string Resolve(string relative) => Relative(Path, relative);

    /// <summary>A path relative to a file, as one below the same root.</summary>
    public static string Relative(string from, string relative)
    {
        var root = System.IO.Path.GetFullPath("/root/a/b");
        return System.IO.Path.GetRelativePath(root, System.IO.Path.GetFullPath(System.IO.Path.Combine(root, System.IO.Path.GetDirectoryName(from)!, relative))).Replace('\\', '/');
    }
}
