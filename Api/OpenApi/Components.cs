using KvStore.Api.Operations;
using KvStore.Api.Problems;
using KvStore.Api.Signing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KvStore.Api.OpenApi;

/// <summary>The schemas that operations refer to by name.</summary>
internal static class Components
{
    public const string Problem = "Problem";
    public const string ListPage = "ListPage";
    public const string ListItem = "ListItem";
    public const string Step = "Step";
    public const string BatchStep = "BatchStep";
    public const string Comparison = "Comparison";
    public const string Transaction = "Transaction";
    public const string TransactionAnswer = "TransactionAnswer";
    public const string Batch = "Batch";
    public const string BatchAnswer = "BatchAnswer";
    public const string StepResult = "StepResult";
    public const string Slice = "Slice";
    public const string Status = "Status";
    public const string ShardStatusName = "ShardStatus";
    public const string Cluster = "Cluster";
    public const string Fault = "Fault";
    public const string ProblemKindName = "ProblemKind";
    public const string ProblemKinds = "ProblemKinds";
    public const string Outcome = "Outcome";
    public const string Evidence = "Evidence";
    public const string AnyProblem = "AnyProblem";

    /// <summary>Adds them to a document: those of documents that are serialized from their types, the others from what is said here.</summary>
    public static async Task AddAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancel)
    {
        foreach (var (name, type) in ((string, Type)[])
                 [
                     (Problem, typeof(ProblemDocument)), (Status, typeof(StatusDocument)), (ShardStatusName, typeof(ShardStatus)), (Cluster, typeof(ClusterDocument)),
                     (ProblemKindName, typeof(ProblemKindDocument)), (Outcome, typeof(OutcomeDocument)), (Evidence, typeof(EvidenceDocument)),
                 ])
        {
            var schema = await context.GetOrCreateSchemaAsync(type, null, cancel);
            LeaveOutNulls(schema);
            document.AddComponent(name, schema);
        }

        ResponseHeaders.AddTo(document);
        document.AddComponent(AnyProblem, new OpenApiResponse
        {
            Description = "Any request may be answered with a problem; the codes of those that are not listed are `bad-http`, `method-not-allowed` and `internal-error`.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [ProblemResult.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Problem, document) },
            },
        });
        document.AddComponent(Fault, Schemas.Object("What to do to a replica.",
            ("replica", Schemas.Number("Its number.")),
            ("action", Schemas.Text("What to do; start-empty starts it without its disk.", "stop", "start", "start-empty")),
            ("shard?", Schemas.Number("Its shard; 0 when it is left out."))));

        document.AddComponent(ProblemKinds, Schemas.List(new OpenApiSchemaReference(ProblemKindName, document), "All kinds of problems, by code."));
        AddValues(document);
        AddSteps(document);
    }

    private static void AddValues(OpenApiDocument document)
    {
        document.AddComponent(Slice, Schemas.Object("Which slice of the value to keep.",
            ("start", Schemas.Number("The first byte that is kept.")),
            ("end?", Schemas.Number("The first byte after those that are kept; left out, all to the end are."))));
        document.AddComponent(ListItem, Schemas.Object("A key.",
            ("key?", Schemas.Text("The key, where it is text.")),
            ("keyB64?", Schemas.Text("The key in base64url, where it is not.")),
            ("etag", Schemas.Text("The key's entity tag.")),
            ("revision", Schemas.Number("The revision at which it last changed.", 1)),
            ("length", Schemas.Number("The value's length in bytes.")),
            ("contentType?", Schemas.Text("The content type as it was put.")),
            ("expires?", Schemas.Time("When it expires.")),
            ("value?", Schemas.Text("The value, where it is text.")),
            ("valueB64?", Schemas.Text("The value in base64, where it is not."))));
        document.AddComponent(ListPage, Schemas.Object("A page of a listing.",
            ("revision?", Schemas.Number("The shard's revision, where there is one shard.")),
            ("shard?", Schemas.Number("The shard, where there is one.")),
            ("revisions?", Map(Schemas.Number("A shard's revision."), "Where there are several shards: the revision of each, by its number.")),
            ("total?", Schemas.Number("With count=true: how many keys there are from the start of this page to the end of the listing.")),
            ("items", Schemas.List(new OpenApiSchemaReference(ListItem, document), "The keys, in order.")),
            ("next?", Schemas.Text("Where the next page is; absent on the last one."))));
    }

    private static void AddSteps(OpenApiDocument document)
    {
        var step = StepSchemas.Step();
        document.AddComponent(Step, step);
        document.AddComponent(BatchStep, StepSchemas.BatchStep());
        document.AddComponent(Comparison, StepSchemas.Comparison());
        document.AddComponent(StepResult, StepSchemas.Result(document));
        var steps = Schemas.List(new OpenApiSchemaReference(Step, document), "Carried out in order.");
        document.AddComponent(Transaction, Schemas.Object("A transaction. 'then' and 'else' may not both be empty.",
            ("if?", Schemas.List(new OpenApiSchemaReference(Comparison, document), "What decides the branch: 'then' when all of them hold.")),
            ("then?", steps),
            ("else?", steps)));
        document.AddComponent(TransactionAnswer, Schemas.Object("What the transaction did.",
            ("succeeded", Schemas.Truth("Whether all comparisons held, so that 'then' was carried out.")),
            ("revision", Schemas.Number("The shard's revision after it.")),
            ("shard", Schemas.Number("The shard.")),
            ("results", Schemas.List(new OpenApiSchemaReference(StepResult, document), "One for each step of the branch that was carried out."))));
        document.AddComponent(Batch, Schemas.Object("Operations that have nothing to do with each other.",
            ("operations", Schemas.List(new OpenApiSchemaReference(BatchStep, document), "At least one; those on keys of one shard are carried out in order."))));
        document.AddComponent(BatchAnswer, Schemas.Object("What the batch did.",
            ("results", Schemas.List(new OpenApiSchemaReference(StepResult, document), "One for each operation, in their order."))));
    }

    // What is null is left out of the documents.
    private static void LeaveOutNulls(IOpenApiSchema schema)
    {
        if (schema.Items is not null) LeaveOutNulls(schema.Items);
        foreach (var (name, member) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
        {
            LeaveOutNulls(member);
            if (member is not OpenApiSchema { Type: { } type } nullable || !type.HasFlag(JsonSchemaType.Null)) continue;
            nullable.Type = type & ~JsonSchemaType.Null;
            schema.Required?.Remove(name);
        }
    }

    private static OpenApiSchema Map(IOpenApiSchema values, string description) =>
        new() { Type = JsonSchemaType.Object, AdditionalProperties = values, Description = description };
}
