using System.Globalization;
using KvStore.Protocol;

namespace KvStore.Api.Values;

/// <summary>A write that was done.</summary>
internal sealed class WriteResult(OperationMethod method, OperationResult result, uint shard) : IResult, IStatusCodeHttpResult
{
    /// <inheritdoc/>
    public int? StatusCode => method == OperationMethod.Delete ? StatusCodes.Status204NoContent
        : result.Code == ResultCode.Created ? StatusCodes.Status201Created
        : StatusCodes.Status200OK;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCode.GetValueOrDefault();
        ShardHeaders.Write(response.Headers, result, shard);
        if (method == OperationMethod.Delete) return Task.CompletedTask;
        response.ContentLength = 0;
        response.Headers[KvHeaders.Length] = result.Length.ToString(CultureInfo.InvariantCulture);
        if (method == OperationMethod.Post) response.Headers[KvHeaders.AppendOffset] = result.Offset.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }
}
