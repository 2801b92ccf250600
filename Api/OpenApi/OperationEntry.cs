namespace KvStore.Api.OpenApi;

/// <summary>What the document says about one route and method. HEAD is described as GET is.</summary>
/// <param name="Method">The method, upper case.</param>
/// <param name="Path">The path as the document has it.</param>
/// <param name="Id">The operation's name for generated clients.</param>
/// <param name="Tag">Its chapter.</param>
/// <param name="Describe">Says the rest.</param>
internal sealed record OperationEntry(string Method, string Path, string Id, string Tag, Action<OperationDescription> Describe)
{
    /// <summary>The chapters, in their order.</summary>
    public static readonly (string Tag, string Description)[] Tags =
    [
        (Values, "A value under its key."),
        (Lists, "Keys in order."),
        (Steps, "Several operations in one request."),
        (Operators, "What the cluster is, and how it does."),
    ];

    public const string Values = "values";
    public const string Lists = "lists";
    public const string Steps = "steps";
    public const string Operators = "operators";

    /// <summary>All entries.</summary>
    public static IEnumerable<OperationEntry> All => [.. ValueDescriptions.All, .. ListDescriptions.All, .. StepDescriptions.All, .. OperatorDescriptions.All];
}
