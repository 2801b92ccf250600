using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using KvStore.Client.Exchanges;
using KvStore.Client.Keys;
using KvStore.Protocol;

namespace KvStore.Client;

/// <summary>
/// A client of a KvStore cluster. With a key it signs each operation once, and sends the same bytes again, to one gateway after the other, until an
/// answer comes or the time is up: however often it is sent, it is applied once. Without a key, what may have been applied is not sent again.
/// Thread-safe; one client for a process is enough. Bytes that are given must not change before the operation has ended.
/// </summary>
public sealed class KvClient : IDisposable
{
    private static readonly GetOptions _get = new();
    private static readonly PutOptions _put = new();
    private static readonly AppendOptions _append = new();
    private static readonly ListOptions _list = new();

    private readonly Exchange _exchange;
    private readonly Dispatcher _dispatcher;

    /// <summary>A client for one gateway, without signatures.</summary>
    public KvClient(Uri gateway)
        : this(new KvClientOptions { Gateways = [gateway] })
    {
    }

    /// <summary>A client.</summary>
    /// <exception cref="ArgumentException">There is no gateway, or the address of one is none.</exception>
    public KvClient(KvClientOptions options)
    {
        _exchange = new Exchange(options);
        _dispatcher = new Dispatcher(options, _exchange);
    }

    /// <summary>Reads a value, or a slice of it. An absent key is a result, not a failure.</summary>
    /// <exception cref="KvException">It could not be read.</exception>
    public async Task<GetResult> GetAsync(KvKey key, GetOptions? options = null, CancellationToken cancel = default)
    {
        options ??= _get;
        var headers = Parameters.Headers(ifNoneMatch: options.IfNoneMatch?.ToHeader(), range: options.Range);
        var answer = await _dispatcher.SendAsync(
            OperationMethod.Get, KeyPath.Of(key), Parameters.QueryOf(options), headers, default, options.Wait.GetValueOrDefault(), cancel);
        return AnswerReader.Get(answer);
    }

    /// <summary>Replaces a value, or creates it.</summary>
    /// <exception cref="OutcomeUnknownException">It may have been applied.</exception>
    /// <exception cref="KvException">It was not applied.</exception>
    public async Task<WriteResult> PutAsync(KvKey key, ReadOnlyMemory<byte> value, PutOptions? options = null, CancellationToken cancel = default)
    {
        options ??= _put;
        var headers = Parameters.Headers(options.ContentType, options.IfMatch, options.IfAbsent ? "*" : null);
        return AnswerReader.Write(await WriteAsync(OperationMethod.Put, key, Parameters.QueryOf(options), headers, value, cancel));
    }

    /// <summary>Appends to a value, or creates it.</summary>
    /// <exception cref="OutcomeUnknownException">It may have been applied.</exception>
    /// <exception cref="KvException">It was not applied.</exception>
    public async Task<WriteResult> AppendAsync(KvKey key, ReadOnlyMemory<byte> value, AppendOptions? options = null, CancellationToken cancel = default)
    {
        options ??= _append;
        var headers = Parameters.Headers(options.ContentType, options.IfMatch, options.IfAbsent ? "*" : null, ifLength: options.IfLength);
        return AnswerReader.Write(await WriteAsync(OperationMethod.Post, key, "", headers, value, cancel));
    }

    /// <summary>Makes a value a slice of itself.</summary>
    /// <param name="key">The key.</param>
    /// <param name="start">The first byte that is kept, from 0.</param>
    /// <param name="end">The first byte after those that are kept; null keeps all to the end.</param>
    /// <param name="ifMatch">Only if the key is at this revision.</param>
    /// <param name="cancel">Gives up, whatever became of it.</param>
    /// <exception cref="OutcomeUnknownException">It may have been applied.</exception>
    /// <exception cref="KvException">It was not applied: there is no such key, say, or the slice does not lie in the value.</exception>
    public async Task<WriteResult> KeepSliceAsync(KvKey key, long start, long? end = null, ETag? ifMatch = null, CancellationToken cancel = default)
    {
        var json = end is { } last
            ? string.Create(CultureInfo.InvariantCulture, $$"""{"start":{{start}},"end":{{last}}}""")
            : string.Create(CultureInfo.InvariantCulture, $$"""{"start":{{start}}}""");
        var headers = Parameters.Headers("application/vnd.kv.slice+json", ifMatch);
        return AnswerReader.Write(await WriteAsync(OperationMethod.Patch, key, "", headers, Encoding.UTF8.GetBytes(json), cancel));
    }

    /// <summary>Deletes a key. That there is none is a result, not a failure.</summary>
    /// <exception cref="OutcomeUnknownException">It may have been applied.</exception>
    /// <exception cref="KvException">It was not applied.</exception>
    public async Task<DeleteResult> DeleteAsync(KvKey key, ETag? ifMatch = null, CancellationToken cancel = default) =>
        AnswerReader.Delete(await WriteAsync(OperationMethod.Delete, key, "", Parameters.Headers(ifMatch: ifMatch), default, cancel));

    /// <summary>Reads one page of keys, in order.</summary>
    /// <param name="options">Which keys.</param>
    /// <param name="next">The <see cref="ListPage.Next"/> of the page before; null for the first page.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="KvException">It could not be read; <c>listing-gone</c> when the listing's revision is not kept any more.</exception>
    public async Task<ListPage> ListPageAsync(ListOptions? options = null, string? next = null, CancellationToken cancel = default)
    {
        var query = next is null ? ListReader.QueryOf(options ?? _list) : ListReader.QueryOf(next);
        return ListReader.Read(await _dispatcher.SendAsync(OperationMethod.Get, "/v1/kv", query, [], default, default, cancel));
    }

    /// <summary>Reads keys in order, page by page, all from one revision of each shard unless each page is certified by itself.</summary>
    /// <exception cref="KvException">A page could not be read; <c>listing-gone</c> when the listing's revision is not kept any more.</exception>
    public async IAsyncEnumerable<ListEntry> ListAsync(ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        string? next = null;
        do
        {
            var page = await ListPageAsync(options, next, cancel);
            foreach (var entry in page.Entries) yield return entry;
            next = page.Next;
        }
        while (next is not null);
    }

    /// <summary>Carries out a transaction. That a comparison does not hold is a result, not a failure.</summary>
    /// <exception cref="OutcomeUnknownException">It may have been applied.</exception>
    /// <exception cref="KvException">Nothing of it was applied: a step was refused, or the keys are of several shards.</exception>
    public Task<TransactionResult> TransactAsync(Transaction transaction, CancellationToken cancel = default) => TransactAsync(transaction.ToJson(), cancel);

    /// <summary>Carries out a transaction that is written as JSON already.</summary>
    /// <exception cref="OutcomeUnknownException">It may have been applied.</exception>
    /// <exception cref="KvException">Nothing of it was applied: it is malformed, a step was refused, or the keys are of several shards.</exception>
    public async Task<TransactionResult> TransactAsync(ReadOnlyMemory<byte> json, CancellationToken cancel = default) =>
        StepReader.Transaction(await PostAsync("/v1/txn", json, cancel));

    /// <summary>
    /// Carries out steps that do not depend on each other, on keys of any shards. That a step is refused is its result, not a failure; so is that its
    /// shard gave no answer, which <see cref="Problem.Outcome"/> tells, although a signed batch is sent again for it first.
    /// </summary>
    /// <exception cref="OutcomeUnknownException">Steps may have been applied.</exception>
    /// <exception cref="KvException">None was applied.</exception>
    public Task<BatchResult> BatchAsync(IEnumerable<Step> steps, CancellationToken cancel = default) => BatchAsync(StepJson.Batch(steps), cancel);

    /// <summary>Carries out a batch that is written as JSON already.</summary>
    /// <exception cref="OutcomeUnknownException">Steps may have been applied.</exception>
    /// <exception cref="KvException">None was applied.</exception>
    public async Task<BatchResult> BatchAsync(ReadOnlyMemory<byte> json, CancellationToken cancel = default) =>
        StepReader.Batch(await PostAsync("/v1/batch", json, cancel, StepReader.Judge));

    /// <summary>What became of a request.</summary>
    /// <param name="keyId">The public key that signed it, base64url: <see cref="RequestId.KeyId"/>.</param>
    /// <param name="nonce">Its nonce, base64url: <see cref="RequestId.Nonce"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="KvException">Nobody could be asked.</exception>
    public async Task<RequestOutcome> OutcomeAsync(string keyId, string nonce, CancellationToken cancel = default)
    {
        var path = $"/v1/requests/{Uri.EscapeDataString(keyId)}/{Uri.EscapeDataString(nonce)}";
        return DocumentReader.Outcome(await _dispatcher.SendAsync(OperationMethod.Get, path, "", [], default, default, cancel));
    }

    /// <summary>How the shards and their replicas are, as one gateway sees them.</summary>
    /// <exception cref="KvException">No gateway could be asked.</exception>
    public async Task<ClusterStatus> StatusAsync(CancellationToken cancel = default) => DocumentReader.Status(await DocumentAsync("/v1/status", cancel));

    /// <summary>Who the members are, as one gateway says.</summary>
    /// <exception cref="KvException">No gateway could be asked.</exception>
    public async Task<ClusterInfo> ClusterAsync(CancellationToken cancel = default) => DocumentReader.Cluster(await DocumentAsync("/v1/cluster", cancel));

    /// <inheritdoc/>
    public void Dispose()
    {
        _dispatcher.Dispose();
        _exchange.Dispose();
    }

    private ValueTask<Answer> WriteAsync(
        OperationMethod method, KvKey key, string query, ImmutableArray<OperationHeaderField> headers, ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        _dispatcher.SendAsync(method, KeyPath.Of(key), query, headers, body, default, cancel);

    private ValueTask<Answer> PostAsync(string path, ReadOnlyMemory<byte> json, CancellationToken cancel, Func<Answer, Completeness>? judge = null) =>
        _dispatcher.SendAsync(OperationMethod.Post, path, "", Parameters.Headers("application/json"), json, default, cancel, judge);

    private ValueTask<Answer> DocumentAsync(string path, CancellationToken cancel) =>
        _exchange.SendAsync(WireRequest.Document(path), id: null, default, cancel);
}
