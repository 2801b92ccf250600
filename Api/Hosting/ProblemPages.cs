using KvStore.Api.Problems;

namespace KvStore.Api.Hosting;

/// <summary>Makes problems of what ends without an answer of ours: unknown routes, wrong methods, broken HTTP, and exceptions.</summary>
internal static class ProblemPages
{
    /// <summary>Belongs before everything that may fail.</summary>
    public static IApplicationBuilder UseProblemPages(this IApplicationBuilder app) =>
        app.Use(static (context, next) => RunAsync(context, next)).UseStatusCodePages(static page => OfStatus(page.HttpContext).ExecuteAsync(page.HttpContext));

    private static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, and nobody is left to answer.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await new ProblemResult(ProblemKinds.BadHttp, exception.Message) { Status = exception.StatusCode }.ExecuteAsync(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogMessages.UnexpectedException(Logger(context), context.TraceIdentifier, exception);
            context.Response.Clear();
            await Internal(context).ExecuteAsync(context);
        }
    }

    private static ProblemResult Internal(HttpContext context)
    {
        var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        return new ProblemResult(ProblemKinds.Internal, "The server's log says more under the trace that this problem names.")
        {
            Outcome = isRead ? Outcome.NotApplied : Outcome.Unknown,
        };
    }

    private static ProblemResult OfStatus(HttpContext context)
    {
        var response = context.Response;
        return response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new ProblemResult(ProblemKinds.UnknownPath, "The page at / says what there is."),
            StatusCodes.Status405MethodNotAllowed => new ProblemResult(ProblemKinds.MethodNotAllowed, $"The methods here are {response.Headers.Allow}."),
            _ => new ProblemResult(ProblemKinds.BadHttp, "The server refused the request.") { Status = response.StatusCode },
        };
    }

    private static ILogger Logger(HttpContext context) => context.RequestServices.GetRequiredService<ILogger<ApiHost>>();
}
