using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KvStore.Api.OpenApi;

/// <summary>The document as it is served. Made when it is first asked for, and once.</summary>
internal sealed class OpenApiText(IServiceProvider services)
{
    /// <summary>The document's name.</summary>
    public const string Name = "v1";

    private readonly Lazy<Task<byte[]>> _bytes = new(() => MakeAsync(services));

    /// <summary>The document in JSON.</summary>
    public Task<byte[]> BytesAsync() => _bytes.Value;

    private static async Task<byte[]> MakeAsync(IServiceProvider services)
    {
        var provider = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name);
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        using var bytes = new MemoryStream();
        await document.SerializeAsJsonAsync(bytes, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}
