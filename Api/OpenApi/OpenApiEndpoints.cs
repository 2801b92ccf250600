using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.OpenApi;

/// <summary><c>/openapi/v1.json</c>: the interface as a document. <c>/openapi</c>: a page for it, all of whose parts are served from here.</summary>
internal static class OpenApiEndpoints
{
    private const string Document = "/openapi/v1.json";
    private const string Page = "/openapi";

    // The page's own styles are partly inline, and its icons are data; scripts come from here only.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the services.</summary>
    public static void AddDocument(this IServiceCollection services)
    {
        services.AddOpenApi(OpenApiText.Name, static options => options.AddDocumentTransformer<DocumentTransformer>());
        services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict); // A number is never a text here.
        services.AddSingleton<OpenApiText>();
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapDocument(this WebApplication app)
    {
        app.MapMethods(Document, [HttpMethods.Get, HttpMethods.Head], DocumentAsync);

        // The page is made by a middleware, which looks at the path of each request that passes through it: behind a route, only its own do.
        IApplicationBuilder branch = ((IEndpointRouteBuilder)app).CreateApplicationBuilder();
        branch.Use(static (context, next) => ServeAsync(context, next));
        branch.UseSwaggerUI(static page =>
        {
            page.RoutePrefix = Page.TrimStart('/');
            page.DocumentTitle = "KvStore";
            page.SwaggerEndpoint(Document, "KvStore v1");
        });
        var served = branch.Build();
        app.MapMethods(Page, [HttpMethods.Get, HttpMethods.Head], served);
        app.MapMethods(Page + "/{**file}", [HttpMethods.Get, HttpMethods.Head], served).ExcludeFromDescription();
    }

    private static async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var endpoint = context.GetEndpoint();
        context.SetEndpoint(null); // Files are served only where no endpoint is to answer.
        await next(context);
        context.SetEndpoint(endpoint);
    }

    private static async Task<FileContentHttpResult> DocumentAsync(OpenApiText document) => TypedResults.Bytes(await document.BytesAsync(), "application/json");
}
