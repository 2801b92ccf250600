namespace KvStore.Cli.Tests;

/// <summary>Passes requests on, and loses the answers to those that it is told to, after the gateway gave them.</summary>
internal sealed class LosingAnswers(Func<int, bool> loses) : DelegatingHandler(new SocketsHttpHandler())
{
    private int _writes;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (request.Method == HttpMethod.Get || !loses(_writes++)) return response;
        response.Dispose();
        throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer was lost on purpose.");
    }
}
