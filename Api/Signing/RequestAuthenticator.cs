// RFC 9421 (HTTP Message Signatures), the profile of http-api.md section 4; docs/http-signatures.md explains it to clients.
using System.Text;
using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Signing;

/// <summary>
/// Judges who sent a request: the boundary at which headers become a verified request. Replicas check the same signature again over what they rebuild, so
/// nothing here is trusted by them; it is here for early answers that say what is wrong, and for reads, which the gateway answers by itself.
/// </summary>
/// <param name="verifier">Checks signatures under this cluster.</param>
/// <param name="clients">Whose requests the cluster executes.</param>
/// <param name="clock">The gateway's clock, which has the first word about times; the last has the batch's.</param>
/// <param name="allowUnsigned">Whether the gateway signs for those who do not.</param>
internal sealed class RequestAuthenticator(MessageVerifier verifier, ClientPolicy clients, TimeProvider clock, bool allowUnsigned)
{
    // A client's clock may be ahead of this one by so much. What lies further in the future would outlive what replicas admit.
    private const ulong CreatedAheadMillisecondsMax = 60_000;

    private readonly string _cluster = SignatureBase.ClusterName(verifier.Context.Cluster);

    /// <summary>Whether the gateway signs for those who do not.</summary>
    public bool AllowUnsigned => allowUnsigned;

    /// <summary>Judges a request whose body has not been read, so that one that can't be taken need not send it.</summary>
    /// <returns>The problem with it, or null.</returns>
    public ProblemResult? JudgeHead(HttpRequest request) => allowUnsigned || SignedFields.AnySignature(request)
        ? null
        : new ProblemResult(ProblemKinds.SignatureRequired, "Sign it as the header Accept-Signature of this answer says, with the tag it names.");

    /// <summary>Judges a request.</summary>
    /// <param name="request">The request, with its raw path.</param>
    /// <param name="operation">What was made of it: exactly what came over the wire.</param>
    /// <param name="incoming">The operation, and the verified request where its client signed one that can be ordered.</param>
    /// <returns>The problem with it, or null.</returns>
    public ProblemResult? Judge(HttpRequest request, Operation operation, out Incoming incoming)
    {
        incoming = new Incoming(operation, null);
        if (SignedFields.AnySignature(request)) return JudgeSigned(request, operation, ref incoming);
        if (JudgeHead(request) is { } refused) return refused;
        return operation.HasBody ? ContentDigests.Judge(request.Headers[KvHeaders.ContentDigest], operation.Body.Span) : null;
    }

    private ProblemResult? JudgeSigned(HttpRequest http, Operation operation, ref Incoming incoming)
    {
        if (Read(http, operation, out var request) is { } unreadable) return unreadable;
        if (JudgeCluster(http) is { } foreign) return foreign;
        if (operation.HasBody && ContentDigests.JudgeSigned(http.Headers[KvHeaders.ContentDigest], operation.Body.Span) is { } damaged) return damaged;
        if (JudgeTimes(request!) is { } untimely) return untimely;
        if (!clients.Allows(request!.Client))
            return new ProblemResult(ProblemKinds.ClientNotAdmitted, $"The genesis of this cluster does not name the key '{SignatureBase.KeyName(request.Client)}'.");
        if (HttpMethods.IsHead(http.Method)) return JudgeHead(operation, request);
        if (!verifier.TryVerify(request, out var verified)) return Bad(request, SignatureBase.MethodName(operation.Method));
        incoming = new Incoming(operation, verified);
        return null;
    }

    // What is ordered has one of the methods that replicas know, and HEAD is none: so it is checked here, and answered by the gateway.
    private ProblemResult? JudgeHead(Operation operation, Request request)
    {
        if (!verifier.IsSignedAs(request, HttpMethods.Head)) return Bad(request, HttpMethods.Head);
        return QueryText.Find(operation.Query, "consistency") is "certified"
            ? new ProblemResult(ProblemKinds.BadParameter, "A signed HEAD can't be ordered, so it can't be certified: use GET, or another consistency.")
            : null;
    }

    private static ProblemResult? Read(HttpRequest http, Operation operation, out Request? request)
    {
        request = null;
        if (Unsignable(http) is { } header) return Profile($"The header '{header}' has no meaning in this signed request, and is never covered: leave it out.");
        var inputs = SignedFields.Join(http.Headers[KvHeaders.SignatureInput]);
        var wrong = SignatureFields.Find(inputs, SignedFields.Join(http.Headers[KvHeaders.Signature]), out var input, out var signature);
        if (wrong is not null) return Profile(wrong);
        var expected = CoveredComponents.Of(operation.HasBody, operation.Headers);
        if (!input.StartsWith(expected.List, StringComparison.Ordinal) || !SignatureParameters.TryRead(input[expected.List.Length..], out var parameters))
            return Profile(SignatureDifference.Describe(input.ToString(), expected));
        request = new Request
        {
            Client = parameters.Client,
            Nonce = parameters.Nonce,
            Created = parameters.Created,
            Expires = parameters.Expires,
            Operation = operation,
            Signature = signature,
        };
        return null;
    }

    // Headers that change what an unsigned read means: under a signature that does not cover them, whoever passes a request on could add them.
    private static string? Unsignable(HttpRequest http) =>
        http.Headers.IfRange.Count > 0 ? "if-range"
        : http.Headers.Range.Count > 0 && HttpMethods.IsHead(http.Method) ? "range"
        : null;

    private ProblemResult? JudgeCluster(HttpRequest http)
    {
        var sent = http.Headers[KvHeaders.Cluster];
        if (sent.Count == 0) return Profile("The header 'kv-cluster' is missing.");
        var name = SignedFields.Join(sent);
        return string.Equals(name, _cluster, StringComparison.Ordinal)
            ? null
            : new ProblemResult(
                ProblemKinds.WrongCluster,
                $"This is cluster '{_cluster}', and the request is for '{name}'. GET /v1/cluster says which cluster a gateway serves.");
    }

    private ProblemResult? JudgeTimes(Request request)
    {
        if (!request.HasGoodTimes)
            return new ProblemResult(ProblemKinds.SignatureTimes,
                $"'expires' must not be before 'created', nor more than {Request.LifetimeMillisecondsMax / 1000} seconds after it.");
        var now = new Timestamp((ulong)clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (request.Expires <= now)
        {
            return new ProblemResult(ProblemKinds.RequestExpired,
                $"By the gateway's clock it expired {(now.UnixMilliseconds - request.Expires.UnixMilliseconds) / 1000} seconds ago. {ResultProblems.SignAnew}")
            {
                Retryable = false,
            };
        }

        return request.Created.UnixMilliseconds > now.UnixMilliseconds + CreatedAheadMillisecondsMax
            ? new ProblemResult(ProblemKinds.SignatureTimes,
                $"By the gateway's clock 'created' lies {(request.Created.UnixMilliseconds - now.UnixMilliseconds) / 1000} seconds in the future. Set your clock.")
            : null;
    }

    private ProblemResult Bad(Request request, string method) =>
        new(ProblemKinds.BadSignature,
            "The key 'keyid' did not sign the member 'signatureBase' of this problem, which is what the gateway rebuilt. Compare it with yours.")
        {
            SignatureBase = Encoding.ASCII.GetString(SignatureBase.Of(request, verifier.Context.Cluster, method)),
        };

    private static ProblemResult Profile(string detail) => new(ProblemKinds.SignatureProfile, detail);
}
