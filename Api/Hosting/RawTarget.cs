using Microsoft.AspNetCore.Http.Features;

namespace KvStore.Api.Hosting;

/// <summary>
/// Lets everything behind it see the path as it came over the wire. The server decodes paths and takes dot segments out of them, but the raw path is
/// what a client signs and what replicas order, and an address that is one thing to the router and another to the state machine is a hole.
/// </summary>
internal static class RawTarget
{
    /// <summary>Sets the request's path to the raw one. Belongs before routing.</summary>
    public static IApplicationBuilder UseRawTarget(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (PathOf(raw) is { } path) context.Request.Path = new PathString(path);
        return next(context);
    });

    /// <summary>The path in a request target. RFC 9112 section 3.2. Null for the forms that have none (<c>*</c> and <c>host:port</c>).</summary>
    internal static string? PathOf(string target)
    {
        var start = 0;
        if (!target.StartsWith('/'))
        {
            // The absolute form, which a proxy's client uses: what follows the authority.
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            if (authority < 0) return null;
            var rest = target.AsSpan(authority + "://".Length).IndexOfAny('/', '?');
            if (rest < 0) return "/";
            start = authority + "://".Length + rest;
            if (target[start] == '?') return "/";
        }

        var query = target.IndexOf('?', start);
        return query < 0 ? target[start..] : target[start..query];
    }
}
