using System.Globalization;
using System.Text.Json.Nodes;
using KvStore.Api.Problems;
using Microsoft.OpenApi;

namespace KvStore.Api.OpenApi;

/// <summary>Describes one operation of the document: what it takes, what it gives, and what it refuses.</summary>
internal sealed class OperationDescription
{
    private readonly OpenApiOperation _operation;
    private readonly OpenApiDocument _document;
    private readonly bool _isHead;

    /// <summary>Begins with nothing but the method and path that the route has.</summary>
    public OperationDescription(OpenApiOperation operation, OpenApiDocument document, bool isHead)
    {
        _operation = operation;
        _document = document;
        _isHead = isHead;
        operation.Parameters = [];
        operation.Responses = [];
        operation.RequestBody = null;
    }

    /// <summary>What it does.</summary>
    public OperationDescription Says(string summary, string description)
    {
        _operation.Summary = summary;
        _operation.Description = description.Length > 0 ? description : null;
        return this;
    }

    /// <summary>A part of the path.</summary>
    public OperationDescription Path(string name, string description, string example)
    {
        var parameter = Add(name, ParameterLocation.Path, Schemas.Text(description));
        parameter.Required = true;
        parameter.Example = JsonValue.Create(example);
        return this;
    }

    /// <summary>A parameter of the query.</summary>
    public OperationDescription Query(string name, OpenApiSchema schema)
    {
        Add(name, ParameterLocation.Query, schema);
        return this;
    }

    /// <summary>A header of the request.</summary>
    public OperationDescription Header(string name, string description, string? example = null)
    {
        var parameter = Add(name, ParameterLocation.Header, Schemas.Text(description));
        if (example is not null) parameter.Example = JsonValue.Create(example);
        return this;
    }

    /// <summary>The headers of a client's signature, which a gateway for development does without. http-api.md section 4.</summary>
    public OperationDescription Signed(bool hasBody)
    {
        Header(KvHeaders.SignatureInput, "What the signature covers, and with which parameters: the profile kv-request-v1 of RFC 9421. A 401 says in Accept-Signature what it must be.");
        Header(KvHeaders.Signature, "The Ed25519 signature.");
        Header(KvHeaders.Cluster, "The cluster's id, as /v1/cluster has it, when the request is signed.");
        return hasBody ? Header(KvHeaders.ContentDigest, "The body's SHA-256 (RFC 9530), when the request is signed.") : this;
    }

    /// <summary>The body.</summary>
    public OperationDescription Takes(string mediaType, string? component, string description, string? example = null)
    {
        _operation.RequestBody = new OpenApiRequestBody { Description = description, Required = component is not null, Content = Content(mediaType, component, example) };
        return this;
    }

    /// <summary>An answer without a body, with these headers.</summary>
    public OperationDescription Gives(int status, string description, params ReadOnlySpan<string> headers)
    {
        _operation.Responses!.Add(Name(status), new OpenApiResponse { Description = description, Headers = ResponseHeaders.Of(headers, _document) });
        return this;
    }

    /// <summary>Adds a body to the answer that was described last; the answer to HEAD has none.</summary>
    public OperationDescription With(string mediaType, string? component, string? example = null)
    {
        if (_isHead) return this;
        var response = (OpenApiResponse)_operation.Responses!.Last().Value;
        response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        foreach (var (name, content) in Content(mediaType, component, example)) response.Content.Add(name, content);
        return this;
    }

    /// <summary>The problems that it is answered with, besides those that any request may be.</summary>
    public OperationDescription Refuses(params IEnumerable<ProblemKind> kinds)
    {
        foreach (var group in kinds.Distinct().GroupBy(kind => kind.Status).OrderBy(group => group.Key))
        {
            var response = new OpenApiResponse
            {
                Description = string.Join(' ', group.OrderBy(kind => kind.Code, StringComparer.Ordinal).Select(kind => $"`{kind.Code}`: {kind.Title}")),
                Headers = ResponseHeaders.OfProblem(group.Key, _document),
            };
            if (!_isHead) response.Content = Content(ProblemResult.MediaType, Components.Problem, null);
            _operation.Responses!.Add(Name(group.Key), response);
        }

        _operation.Responses!.Add("default", new OpenApiResponseReference(Components.AnyProblem, _document));

        return this;
    }

    // What the schema says is said of the parameter, and once.
    private OpenApiParameter Add(string name, ParameterLocation place, OpenApiSchema schema)
    {
        var parameter = new OpenApiParameter { Name = name, In = place, Description = schema.Description, Schema = schema };
        schema.Description = null;
        _operation.Parameters!.Add(parameter);
        return parameter;
    }

    // Without a component it is any bytes.
    private Dictionary<string, OpenApiMediaType> Content(string mediaType, string? component, string? example)
    {
        var schema = component is null ? (IOpenApiSchema)Schemas.Bytes() : new OpenApiSchemaReference(component, _document);
        var content = new OpenApiMediaType { Schema = schema };
        if (example is not null) content.Example = component is null ? JsonValue.Create(example) : JsonNode.Parse(example);
        return new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [mediaType] = content };
    }

    private static string Name(int status) => status.ToString(CultureInfo.InvariantCulture);
}
