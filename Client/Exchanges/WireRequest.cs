using KvStore.Client.Signing;
using KvStore.Protocol;

namespace KvStore.Client.Exchanges;

/// <summary>A request as it goes over the wire: the same bytes at each attempt and each gateway, so that it is one request however often it is sent.</summary>
internal sealed class WireRequest
{
    // RFC 9421 section 4.2: the label only ties the two headers together.
    private const string Label = "sig1";

    private readonly HttpMethod _method;
    private readonly string _target;
    private readonly Operation? _operation;
    private readonly string? _signatureInput;
    private readonly string? _signature;
    private readonly string? _contentDigest;
    private readonly string? _cluster;

    private WireRequest(Operation operation, SignedRequest? signed, ClusterId cluster)
    {
        _operation = operation;
        _method = MethodOf(operation.Method);
        _target = operation.Path + operation.Query;
        if (signed is null) return;
        var signatureBase = signed.SignatureBase.Span;
        _signatureInput = $"{Label}={SignatureBase.LineOf(signatureBase, "@signature-params")}";
        _signature = SignatureText(signed.Request.Signature);
        _contentDigest = operation.HasBody ? SignatureBase.LineOf(signatureBase, "content-digest") : null;
        _cluster = SignatureBase.ClusterName(cluster);
        IsSigned = true;
    }

    private WireRequest(string target)
    {
        _method = HttpMethod.Get;
        _target = target;
    }

    /// <summary>Whether the client signed it.</summary>
    public bool IsSigned { get; }

    /// <summary>Whether it changes nothing.</summary>
    public bool IsRead => _method == HttpMethod.Get;

    /// <summary>Whether sending it twice is the same as sending it once, whatever became of the first time.</summary>
    public bool IsRepeatable => IsSigned || IsRead;

    /// <summary>Whether that there is no such key is an answer, and not a failure.</summary>
    public bool TakesAbsence => _operation?.Method is OperationMethod.Get or OperationMethod.Delete;

    /// <summary>An operation, with its signature if there is one.</summary>
    public static WireRequest Of(Operation operation, SignedRequest? signed, ClusterId cluster) => new(operation, signed, cluster);

    /// <summary>A read of one of the gateway's own documents.</summary>
    public static WireRequest Document(string target) => new(target);

    /// <summary>A message for one attempt.</summary>
    public HttpRequestMessage ToMessage(Gateway gateway)
    {
        var message = new HttpRequestMessage(_method, gateway.Address(_target))
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (!IsRead) message.Content = new BodyContent(_operation!.Body);
        if (_operation is not null)
        {
            foreach (var field in _operation.Headers) Add(message, field);
        }

        if (_signatureInput is null) return message;
        message.Headers.TryAddWithoutValidation("Kv-Cluster", _cluster);
        message.Headers.TryAddWithoutValidation("Signature-Input", _signatureInput);
        message.Headers.TryAddWithoutValidation("Signature", _signature);
        if (_contentDigest is not null) message.Headers.TryAddWithoutValidation("Content-Digest", _contentDigest);
        return message;
    }

    private static void Add(HttpRequestMessage message, OperationHeaderField field)
    {
        var name = SignatureBase.HeaderName(field.Header);
        if (field.Header == OperationHeader.ContentType) message.Content!.Headers.TryAddWithoutValidation(name, field.Value);
        else message.Headers.TryAddWithoutValidation(name, field.Value);
    }

    private static string SignatureText(Signature signature)
    {
        Span<byte> bytes = stackalloc byte[Signature.Length];
        signature.Write(bytes);
        return $"{Label}=:{Convert.ToBase64String(bytes)}:";
    }

    private static HttpMethod MethodOf(OperationMethod method) => method switch
    {
        OperationMethod.Get => HttpMethod.Get,
        OperationMethod.Put => HttpMethod.Put,
        OperationMethod.Post => HttpMethod.Post,
        OperationMethod.Patch => HttpMethod.Patch,
        OperationMethod.Delete => HttpMethod.Delete,
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "An unknown method."),
    };
}
