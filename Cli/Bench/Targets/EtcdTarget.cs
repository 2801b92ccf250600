// https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/: JSON over HTTP, with keys and values in base64. For comparisons: the same load, clock and HTTP stack as
// for our own gateways, and reads as linearizable as etcd has them by default.
using System.Text.Json;
using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Workloads;
using KvStore.Client;

namespace KvStore.Cli.Bench.Targets;

/// <summary>An etcd cluster, through its JSON gateway. Each client stays with one member.</summary>
internal sealed class EtcdTarget : IBenchTarget
{
    private readonly IReadOnlyList<Uri> _members;
    private readonly HttpMessageInvoker _http;
    private int _clients;

    /// <summary>A cluster that runs already.</summary>
    public EtcdTarget(IReadOnlyList<Uri> members, BenchSettings settings)
    {
        _members = members;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = Math.Max(settings.Clients, BenchRun.LoadingClients),
            UseCookies = false,
            UseProxy = false,
        });
        Name = $"etcd {string.Join(',', members)}";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Whether it can carry out a workload: etcd has no appends, slices and pages of ours.</summary>
    public static bool Knows(Workload workload) =>
        workload.Parts.All(part => part.Kind is OperationKind.Get or OperationKind.Put or OperationKind.Insert or OperationKind.ReadModifyWrite);

    /// <inheritdoc/>
    public IBenchClient NewClient(IOperationSource source) => new EtcdClient(this, _members[_clients++ % _members.Count], source);

    /// <summary>Carries out an operation at a member.</summary>
    /// <returns>What failed; null when nothing did.</returns>
    public async ValueTask<string?> ExecuteAsync(Uri member, BenchOperation operation, CancellationToken cancel)
    {
        try
        {
            if (operation.Kind is OperationKind.Get or OperationKind.ReadModifyWrite)
            {
                var error = await SendAsync(new Uri(member, "/v3/kv/range"), operation.Key, null, isFound: static answer => answer.IndexOf("\"kvs\""u8) >= 0, cancel);
                if (error is not null || operation.Kind == OperationKind.Get) return error;
            }

            return await SendAsync(new Uri(member, "/v3/kv/put"), operation.Key, operation.Value, isFound: static _ => true, cancel);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return "not-answered";
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<string?> SendAsync(Uri address, string key, ReadOnlyMemory<byte>? value, Func<ReadOnlySpan<byte>, bool> isFound, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteBase64String("key"u8, System.Text.Encoding.ASCII.GetBytes(key));
            if (value is { } written) json.WriteBase64String("value"u8, written.Span);
            json.WriteEndObject();
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length) };
        using var response = await _http.SendAsync(request, cancel);
        var answer = await response.Content.ReadAsByteArrayAsync(cancel);
        if (!response.IsSuccessStatusCode) return $"status-{(int)response.StatusCode}";
        return isFound(answer) ? null : Problem.NotFound;
    }
}

/// <summary>One client of an <see cref="EtcdTarget"/>.</summary>
internal sealed class EtcdClient(EtcdTarget target, Uri member, IOperationSource source) : IBenchClient
{
    /// <inheritdoc/>
    public async ValueTask<OperationOutcome> RunNextAsync(CancellationToken cancel)
    {
        var operation = source.Next();
        var error = await target.ExecuteAsync(member, operation, cancel);
        source.Ended(operation);
        return new OperationOutcome(operation.Kind, error);
    }
}
