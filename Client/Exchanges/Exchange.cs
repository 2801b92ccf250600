using System.Net;

namespace KvStore.Client.Exchanges;

/// <summary>
/// Sends a request until it is answered: the same bytes to one gateway after the other, for as long as that is safe and the time limit lasts.
/// Thread-safe.
/// </summary>
internal sealed class Exchange : IDisposable
{
    private readonly KvClientOptions _options;
    private readonly Gateway[] _gateways;
    private readonly HttpMessageInvoker _http;
    private volatile int _current;

    /// <summary>An exchange with the gateways of the options.</summary>
    public Exchange(KvClientOptions options)
    {
        if (options.Gateways.Count == 0) throw new ArgumentException("There is no gateway.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero);
        _options = options;
        _gateways = [.. options.Gateways.Select(address => new Gateway(address))];
        _http = new HttpMessageInvoker(options.Handler?.Invoke() ?? Sockets(options), disposeHandler: true);
    }

    /// <summary>Sends a request and returns an answer that is a success, or for what takes that one that there is no such key.</summary>
    /// <param name="request">The request.</param>
    /// <param name="id">What names it, for when its outcome stays unknown; null when nothing does.</param>
    /// <param name="extra">Time on top of the limit, for what waits at the gateway.</param>
    /// <param name="cancel">Gives up, whatever became of it.</param>
    /// <exception cref="OutcomeUnknownException">It may have been applied.</exception>
    /// <exception cref="KvException">It was not.</exception>
    public async ValueTask<Answer> SendAsync(WireRequest request, Func<RequestId>? id, TimeSpan extra, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var begun = _options.Clock.GetTimestamp();
        var limit = _options.Timeout + extra;
        var history = new History(request, id);
        for (var (attempts, at) = (1, _current); ; at = (at + 1) % _gateways.Length, attempts++)
        {
            var left = limit - _options.Clock.GetElapsedTime(begun);
            var patience = request.IsRepeatable && _options.AttemptTimeout + extra < left ? _options.AttemptTimeout + extra : left;
            var attempt = await AttemptAsync(_gateways[at], request, id, patience, cancel);
            if (attempt.IsDone(request))
            {
                if (_current != at) _current = at;
                attempt.Answer!.InDoubt = history.MayBeApplied;
                return attempt.Answer;
            }

            history.Add(attempt);
            var wait = WaitAfter(attempt, attempts);
            left = limit - _options.Clock.GetElapsedTime(begun);
            if (attempts >= _options.AttemptsMax || wait >= left || !RetryPolicy.MayRepeat(request, attempt)) throw history.ToException();
            if (wait > TimeSpan.Zero) await Task.Delay(wait, _options.Clock, cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Sockets(KvClientOptions options) => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false, // The signed path would be another one.
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.ConnectTimeout,
        MaxConnectionsPerServer = options.ConnectionsMax,
        UseCookies = false,
        UseProxy = false,
    };

    private async ValueTask<Attempt> AttemptAsync(
        Gateway gateway, WireRequest request, Func<RequestId>? id, TimeSpan patience, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, _options.Clock);
        await using var registration = cancel.UnsafeRegister(static timer => ((CancellationTokenSource)timer!).Cancel(), timer);
        using var message = request.ToMessage(gateway);
        try
        {
            using var response = await _http.SendAsync(message, timer.Token);
            var answer = new Answer(response, await AnswerBody.ReadAsync(response.Content, timer.Token), id);
            return new Attempt(AttemptEnd.Answered, answer, answer.IsSuccess ? null : ProblemReader.Of(answer, request.IsRead, gateway), null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return Broken(gateway, message, exception, timer.IsCancellationRequested);
        }
    }

    private static Attempt Broken(Gateway gateway, HttpRequestMessage message, Exception exception, bool isTimeout)
    {
        // That a connection could not be made in time is told by an exception of its own, without our timer.
        var isConnecting = exception is HttpRequestException http ? IsConnecting(http.HttpRequestError) : exception is OperationCanceledException && !isTimeout;
        var isSent = message.Content is not BodyContent { Started: false } && !isConnecting;
        var problem = isTimeout ? LocalProblems.TimedOut(gateway, isSent)
            : isConnecting ? LocalProblems.Unreachable(gateway, exception)
            : LocalProblems.Lost(gateway, exception, isSent);
        return new Attempt(isSent ? AttemptEnd.Lost : AttemptEnd.NotSent, null, problem, exception);
    }

    private static bool IsConnecting(HttpRequestError error) =>
        error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;

    private TimeSpan WaitAfter(Attempt attempt, int attempts)
    {
        // Another gateway may answer at once; what a gateway says of its replicas holds for the next one too, unless it is its own replica that lags.
        var isItsOwn = attempt.End != AttemptEnd.Answered || attempt.Problem?.Code == Problem.CatchingUp;
        if (isItsOwn && attempts % _gateways.Length != 0) return TimeSpan.Zero;
        var asked = attempt.Problem?.RetryAfter ?? TimeSpan.Zero;
        var round = Math.Min((attempts - 1) / _gateways.Length, 16);
        var ceiling = TimeSpan.FromTicks(Math.Min(_options.BackOffMax.Ticks, _options.BackOff.Ticks << round));

        // Between half and all of it, so that clients who failed together do not come back together.
        var backOff = ceiling * (0.5 + Random.Shared.NextDouble() / 2);
        return backOff > asked ? backOff : asked + backOff * 0.1;
    }
}
