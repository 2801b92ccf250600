using System.Diagnostics;
using KvStore.Api.Problems;

namespace KvStore.Api.Hosting;

/// <summary>
/// Counts the requests that the server itself refuses, before any code of ours runs, because they are not HTTP: it answers them with a bare status.
/// </summary>
internal sealed class ServerRefusals(RefusalCounter counter) : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Starts to count.</summary>
    public static IDisposable Watch(DiagnosticListener server, RefusalCounter counter) =>
        server.Subscribe(new ServerRefusals(counter), static name => string.Equals(name, BadRequest, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void OnNext(KeyValuePair<string, object?> value) => counter.Count(ProblemKinds.BadHttp.Code);

    /// <inheritdoc/>
    public void OnCompleted()
    {
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
    }
}
