using System.Collections.Immutable;
using KvStore.Client.Signing;
using KvStore.Protocol;

namespace KvStore.Client.Exchanges;

/// <summary>Makes requests of operations, signed once where there is a key, and sends them.</summary>
internal sealed class Dispatcher : IDisposable
{
    private readonly KvClientOptions _options;
    private readonly Exchange _exchange;
    private readonly SemaphoreSlim _learning = new(1);
    private RequestSigner? _signer;

    /// <summary>A dispatcher that signs with the options' key.</summary>
    public Dispatcher(KvClientOptions options, Exchange exchange)
    {
        _options = options;
        _exchange = exchange;
        if (options is { Key: { } key, Cluster: { } cluster }) _signer = new RequestSigner(key, cluster, options.Clock, ownsKey: false);
    }

    /// <summary>Sends an operation and returns an answer that is a success.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, percent-encoded.</param>
    /// <param name="query">The query with its '?', or empty.</param>
    /// <param name="headers">The headers that change what is meant, in the order of the signature.</param>
    /// <param name="body">The body.</param>
    /// <param name="extra">Time on top of the limit, for what waits at the gateway.</param>
    /// <param name="cancel">Gives up, whatever became of it.</param>
    /// <param name="judge">How far an answer goes: the same bytes, if they are signed, may complete what it leaves open.</param>
    /// <exception cref="ArgumentException">A part of the operation is too long, or is not printable ASCII where it must be.</exception>
    public async ValueTask<Answer> SendAsync(
        OperationMethod method,
        string path,
        string query,
        ImmutableArray<OperationHeaderField> headers,
        ReadOnlyMemory<byte> body,
        TimeSpan extra,
        CancellationToken cancel,
        Func<Answer, Completeness>? judge = null)
    {
        if (!Operation.TryCreate(method, path, query, headers, body, out var operation))
            throw new ArgumentException("A part of the operation is too long for any cluster, or its content type is no text.", nameof(path));
        if (_options.Key is not { } key || (method == OperationMethod.Get && !_options.SignReads))
            return await _exchange.SendAsync(WireRequest.Of(operation, null, default), id: null, extra, cancel);

        var signer = _signer ?? await LearnAsync(key, cancel);
        var time = _options.Timeout + extra;
        using var signed = signer.TrySign(operation, time > _options.Lifetime ? time : _options.Lifetime)
            ?? throw new KvException(LocalProblems.TooManyUnderWay);
        var request = signed.Request;
        var wire = WireRequest.Of(operation, signed, signer.Cluster);
        var answer = await _exchange.SendAsync(wire, Id, extra, cancel);
        return judge is null ? answer : await CompleteAsync(answer, judge, () => _exchange.SendAsync(wire, Id, extra, cancel), cancel);

        RequestId Id() => IdOf(request, signer.Cluster);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _learning.Dispose();
        _signer?.Dispose();
    }

    // The shards that have carried out their part answer the same bytes as before, and the others get another chance.
    private async ValueTask<Answer> CompleteAsync(Answer answer, Func<Answer, Completeness> judge, Func<ValueTask<Answer>> again, CancellationToken cancel)
    {
        var begun = _options.Clock.GetTimestamp();
        for (var round = 1; round < _options.AttemptsMax && _options.Clock.GetElapsedTime(begun) < _options.Timeout; round++)
        {
            var completeness = judge(answer);
            if (completeness == Completeness.Whole) return answer;

            // What a later answer says was not applied, an earlier sending may have applied.
            var inDoubt = answer.InDoubt || completeness == Completeness.InDoubt;
            await Task.Delay(_options.BackOff * round, _options.Clock, cancel);
            try
            {
                answer = await again();
                answer.InDoubt |= inDoubt;
            }
            catch (KvException exception)
            {
                answer.InDoubt = inDoubt || exception is OutcomeUnknownException;
                return answer; // It says more than that nothing more could be had.
            }
        }

        return answer;
    }

    private static RequestId IdOf(Request request, ClusterId cluster) =>
        new(request.DigestFor(cluster), SignatureBase.KeyName(request.Client), SignatureBase.NonceText(request.Nonce));

    private async ValueTask<RequestSigner> LearnAsync(Ed25519PrivateKey key, CancellationToken cancel)
    {
        await _learning.WaitAsync(cancel);
        try
        {
            if (_signer is not null) return _signer;
            var answer = await _exchange.SendAsync(WireRequest.Document("/v1/cluster"), id: null, default, cancel);
            if (!SignatureBase.TryParseClusterName(DocumentReader.Cluster(answer).Cluster, out var cluster)) throw AnswerReader.Bad(answer, isRead: true);
            return _signer = new RequestSigner(key, cluster, _options.Clock, ownsKey: false);
        }
        finally
        {
            _learning.Release();
        }
    }
}
