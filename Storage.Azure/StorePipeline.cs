using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure;

/// <summary>Sends requests to a storage account, each once: what is sent again, and when, is decided above (<c>Storage/Tables/StoreRetries.cs</c>). Any thread may use it.</summary>
public sealed class StorePipeline
{
    private const string Scope = "https://storage.azure.com/.default";
    private const string Version = "2021-12-02";

    private readonly HttpPipeline _pipeline;

    private StorePipeline(HttpPipelinePolicy authentication)
    {
        var options = new Options();
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        _pipeline = HttpPipelineBuilder.Build(options, authentication);
    }

    /// <summary>With the tokens of an identity that may read and write the table's and the container's data.</summary>
    public static StorePipeline With(TokenCredential credential) => new(new BearerTokenAuthenticationPolicy(credential, Scope));

    /// <summary>With an authentication of one's own.</summary>
    public static StorePipeline With(HttpPipelinePolicy authentication) => new(authentication);

    /// <summary>With the key that everybody knows of Azure's emulator, Azurite, on this machine.</summary>
    /// <param name="tables">Its address for tables, which is signed for otherwise than that for blobs.</param>
    public static StorePipeline WithEmulator(Uri tables) => new(new EmulatorKey(tables));

    /// <summary>Sends a request and gives the answer, which is to be disposed.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="uri">Its address.</param>
    /// <param name="content">Its body; null for none.</param>
    /// <param name="headers">Its headers besides version and date.</param>
    /// <exception cref="StoreRefusedException">The service said no.</exception>
    /// <exception cref="StoreUnavailableException">There was no answer that settles anything.</exception>
    internal StoreAnswer Send(RequestMethod method, Uri uri, ReadOnlyMemory<byte>? content, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(uri);
        message.Request.Headers.Add("x-ms-version", Version);
        message.Request.Headers.Add("x-ms-date", DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture));
        foreach (var (name, value) in headers) message.Request.Headers.Add(name, value);
        if (content is { } body) message.Request.Content = RequestContent.Create(body);
        try
        {
            _pipeline.Send(message, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // Whatever was thrown: there is no answer, and the request may have arrived.
            message.Dispose();
            throw new StoreUnavailableException($"{method} {uri.GetLeftPart(UriPartial.Path)}: {failure.Message}", inner: failure);
        }

        var answer = new StoreAnswer(message);
        if (answer.Status < 300) return answer;
        using (answer) throw answer.Failure();
    }

    private sealed class Options : ClientOptions;
}

/// <summary>An answer.</summary>
internal sealed class StoreAnswer(HttpMessage message) : IDisposable
{
    public int Status => message.Response.Status;

    public ReadOnlyMemory<byte> Content => message.Response.Content.ToMemory();

    public string? Header(string name) => message.Response.Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>What a status means that is no success.</summary>
    public static IOException FailureOf(int status, string code, TimeSpan? retryAfter) =>
        status is 408 or 429 or >= 500 ? new StoreUnavailableException($"The service answered {status} {code}.", retryAfter) : new StoreRefusedException(status, code);

    public IOException Failure()
    {
        TimeSpan? retryAfter = int.TryParse(Header("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
        return FailureOf(Status, Header("x-ms-error-code") ?? message.Response.ReasonPhrase, retryAfter);
    }

    public void Dispose() => message.Dispose();
}
