using KvStore.Api.Routing;
using KvStore.Protocol;

namespace KvStore.Api.Values;

/// <summary>Values under their keys: <c>/v1/kv/{key}</c>, and <c>/v1/kvb/{base64url}</c> for keys that are any bytes. http-api.md section 1.</summary>
internal static class ValueEndpoints
{
    // The key is not taken from the route: the state machine reads the raw path, which is what was signed.
    private const string Key = "/{**key}";

    /// <summary>Maps the endpoints.</summary>
    public static void MapValues(this IEndpointRouteBuilder routes)
    {
        foreach (var prefix in (string[])["/v1/kv", "/v1/kvb"])
        {
            var group = routes.MapGroup(prefix);
            group.MapMethods(Key, [HttpMethods.Get, HttpMethods.Head], ValueReads.GetAsync);
            group.MapPut(Key, (HttpContext context, ShardRouter router) => ValueWrites.WriteAsync(context, router, OperationMethod.Put));
            group.MapPost(Key, (HttpContext context, ShardRouter router) => ValueWrites.WriteAsync(context, router, OperationMethod.Post));
            group.MapPatch(Key, (HttpContext context, ShardRouter router) => ValueWrites.WriteAsync(context, router, OperationMethod.Patch));
            group.MapDelete(Key, (HttpContext context, ShardRouter router) => ValueWrites.WriteAsync(context, router, OperationMethod.Delete));
        }
    }
}
