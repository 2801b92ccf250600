using System.Globalization;
using System.Net;
using System.Text.Json;
using KvStore.Api.Problems;

namespace KvStore.Api.Tests;

/// <summary>The OpenAPI document: the committed one is the served one, and it leaves nothing out.</summary>
public sealed class OpenApiTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string Document = "/openapi/v1.json";
    private static readonly string[] _verbs = ["get", "head", "put", "post", "patch", "delete"];

    /// <summary>With KV_REWRITE_GOLDEN=1 in the environment the file is written anew.</summary>
    [Fact]
    public async Task The_committed_document_is_the_one_that_is_served()
    {
        var served = await gateway.Get(Document).Body();
        var path = Path.Combine(Root(), "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("KV_REWRITE_GOLDEN") == "1") await File.WriteAllTextAsync(path, served, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), served);
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_what_it_gives_and_what_it_refuses()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, verb, operation) in await Operations())
        {
            var name = $"{verb} {path}";
            Assert.True(operation.TryGetProperty("summary", out _), $"{name} is not described: give it an entry in Api/OpenApi.");
            Assert.True(ids.Add(operation.GetProperty("operationId").GetString()!), name);
            Assert.NotEqual(0, operation.GetProperty("tags").GetArrayLength());
            var responses = operation.GetProperty("responses").EnumerateObject().ToList();
            Assert.Contains(responses, response => response.Name[0] is '2' or '3');
            Assert.Contains(responses, response => response.Name == "default");
            foreach (var part in path.Split('{').Skip(1).Select(rest => rest[..rest.IndexOf('}', StringComparison.Ordinal)]))
                Assert.Contains(operation.GetProperty("parameters").EnumerateArray(), each => each.GetProperty("name").GetString() == part && each.GetProperty("in").GetString() == "path");
        }
    }

    [Fact]
    public async Task Every_row_of_the_interface_is_in_the_document()
    {
        var served = (await Operations()).Select(each => $"{each.Verb} {each.Path}").ToHashSet(StringComparer.Ordinal);
        foreach (var verb in _verbs)
        {
            Assert.Contains($"{verb} /v1/kv/{{key}}", served);
            Assert.Contains($"{verb} /v1/kvb/{{key}}", served);
        }

        foreach (var other in (string[])["get /v1/kv", "post /v1/txn", "post /v1/batch", "get /v1/requests/{keyid}/{nonce}", "get /v1/cluster", "get /v1/status", "get /v1/evidence", "get /livez", "get /readyz", "get /metrics"])
            Assert.Contains(other, served);
    }

    [Fact]
    public async Task Every_kind_of_problem_is_in_the_answers_of_some_operation()
    {
        var body = await gateway.Get(Document).Body();
        Assert.All(ProblemKinds.All, kind => Assert.Contains($"`{kind.Code}`", body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_reference_in_the_document_leads_somewhere()
    {
        var document = await gateway.Get(Document).Json();
        foreach (var reference in References(document))
        {
            var at = document;
            foreach (var part in reference.Split('/').Skip(1)) Assert.True(at.TryGetProperty(part, out at), reference);
        }
    }

    [Fact]
    public async Task Answers_are_of_the_form_that_the_document_gives()
    {
        var document = await gateway.Get(Document).Json();
        await gateway.Put("/v1/kv/form/a?ttl=600", "1", "Content-Type: text/plain").Is(HttpStatusCode.Created);
        await gateway.Put("/v1/kv/form/b", "2").Is(HttpStatusCode.Created);
        foreach (var (component, answer) in new (string, Task<HttpResponseMessage>)[]
                 {
                     ("Status", gateway.Get("/v1/status")),
                     ("Cluster", gateway.Get("/v1/cluster")),
                     ("ProblemKinds", gateway.Get("/problems")),
                     ("ListPage", gateway.Get("/v1/kv?prefix=form/&limit=1&count=1")),
                     ("TransactionAnswer", gateway.PostJson("/v1/txn", """{"then":[{"op":"get","key":"form/a"},{"op":"append","key":"form/a","value":"x"},{"op":"delete","key":"form/c"}]}""")),
                     ("BatchAnswer", gateway.PostJson("/v1/batch", """{"operations":[{"op":"put","key":"form/a","value":"x","ifRevision":0},{"op":"get","key":"form/b","range":"bytes=0-0"}]}""")),
                     ("Problem", gateway.Get("/v1/kv/form/none")),
                     ("Problem", gateway.Put("/v1/kv/form/a", "x", "If-None-Match: *")),
                 })
        {
            using var response = await answer;
            Schema.Check(document, document.GetProperty("components").GetProperty("schemas").GetProperty(component), await response.Json(), component);
        }
    }

    [Fact]
    public async Task Every_part_of_the_page_is_served_from_here()
    {
        using var page = await gateway.Get("/openapi/index.html");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = page.Header("Content-Security-Policy")!;
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        var html = await page.Body();
        Assert.DoesNotContain("://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        var parts = html.Split("src=\"").Concat(html.Split("href=\"")).Skip(1).Where(rest => !rest.StartsWith('<')).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).ToList();
        Assert.Contains("index.js", parts);
        foreach (var part in parts) await gateway.Get("/openapi/" + part).Is(HttpStatusCode.OK);
        Assert.Contains(Document, await gateway.Get("/openapi/index.js").Body(), StringComparison.Ordinal);
        await gateway.Get("/openapi").Is(HttpStatusCode.OK); // The client follows to the page.
        await gateway.Get("/openapi/nothing.js").Problem(404, "unknown-path");
    }

    private async Task<List<(string Path, string Verb, JsonElement Operation)>> Operations() =>
    [
        .. from path in (await gateway.Get(Document).Json()).GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           where _verbs.Contains(operation.Name)
           select (path.Name, operation.Name, operation.Value),
    ];

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(each => each.NameEquals("$ref") ? [each.Value.GetString()!] : References(each.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; ; folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("KvStore.sln is in no folder above the tests."))
        {
            if (File.Exists(Path.Combine(folder, "KvStore.sln"))) return folder;
        }
    }

    /// <summary>As much of JSON Schema as the document uses.</summary>
    private static class Schema
    {
        public static void Check(JsonElement document, JsonElement schema, JsonElement value, string place)
        {
            while (schema.TryGetProperty("$ref", out var reference)) schema = reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, part) => at.GetProperty(part));
            var type = schema.GetProperty("type").GetString();
            Assert.True(type == TypeOf(value), $"{place} is {value.ValueKind} and not {type}.");
            if (schema.TryGetProperty("enum", out var values)) Assert.Contains(values.EnumerateArray(), each => each.GetString() == value.GetString());
            if (type == "array") foreach (var item in value.EnumerateArray()) Check(document, schema.GetProperty("items"), item, place + "[]");
            if (type == "object") CheckObject(document, schema, value, place);
        }

        private static void CheckObject(JsonElement document, JsonElement schema, JsonElement value, string place)
        {
            if (schema.TryGetProperty("required", out var required))
            {
                foreach (var name in required.EnumerateArray()) Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{place} has no {name}.");
            }

            var hasMore = schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.Object;
            foreach (var member in value.EnumerateObject())
            {
                var isKnown = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out _);
                Assert.True(isKnown || hasMore, string.Create(CultureInfo.InvariantCulture, $"{place}.{member.Name} is not in the document."));
                Check(document, isKnown ? properties.GetProperty(member.Name) : more, member.Value, $"{place}.{member.Name}");
            }
        }

        private static string TypeOf(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "integer",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "null",
        };
    }
}
