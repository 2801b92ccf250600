using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KvStore.Api.OpenApi;

/// <summary>
/// Completes the document: which routes and methods there are comes from the routes themselves, and what they take and give from the descriptions here.
/// A route without a description stays bare, and a test finds it.
/// </summary>
internal sealed class DocumentTransformer : IOpenApiDocumentTransformer
{
    /// <inheritdoc/>
    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "KvStore",
            Version = "v1",
            Description = "A key-value store that stays correct while up to f of its n ≥ 3f+1 replicas lie. Raw bytes in, raw bytes out; ETags for compare-and-set, ranges for slices, problem details (RFC 9457) for errors.",
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Tags = new HashSet<OpenApiTag>(OperationEntry.Tags.Select(each => new OpenApiTag { Name = each.Tag, Description = each.Description }));
        await Components.AddAsync(document, context, cancellationToken);
        var entries = OperationEntry.All.ToDictionary(entry => (entry.Path, entry.Method));
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                var isHead = method == HttpMethod.Head;
                if (entries.TryGetValue((path, isHead ? HttpMethods.Get : method.Method), out var entry)) Describe(operation, document, entry, isHead);
            }
        }

        var sorted = new OpenApiPaths();
        foreach (var (path, item) in document.Paths.OrderBy(each => each.Key, StringComparer.Ordinal)) sorted.Add(path, item);
        document.Paths = sorted;
    }

    private static void Describe(OpenApiOperation operation, OpenApiDocument document, OperationEntry entry, bool isHead)
    {
        operation.OperationId = isHead ? entry.Id + "Head" : entry.Id;
        operation.Tags = new HashSet<OpenApiTagReference> { new(entry.Tag, document) };
        entry.Describe(new OperationDescription(operation, document, isHead));
    }
}
