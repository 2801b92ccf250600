// http-api.md section 4: what a signature covers, and in which order.
using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>The components that a signature over one request must cover, no more and no fewer. There are few different lists, and each is made once.</summary>
public sealed class CoveredComponents
{
    private const int BodyBit = 1;

    private static readonly CoveredComponents?[] _known = new CoveredComponents?[1 << ((int)OperationHeader.Prefer + 1)];

    private CoveredComponents(ImmutableArray<string> names)
    {
        Names = names;
        List = $"({string.Join(' ', names.Select(name => $"\"{name}\""))})";
    }

    /// <summary>The names, in order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The inner list of RFC 8941 that <c>Signature-Input</c> has to begin with.</summary>
    public string List { get; }

    /// <summary>The value of <c>Accept-Signature</c> (RFC 9421 section 5.1) that asks for it. The client chooses its nonce, and knows its key.</summary>
    public string AcceptSignature => $"sig1={List};created;expires;alg=\"ed25519\";tag=\"{SignatureBase.Tag}\"";

    /// <summary>What a request must cover.</summary>
    /// <param name="hasBody">Whether its method carries a body.</param>
    /// <param name="headers">The semantic headers that it has.</param>
    public static CoveredComponents Of(bool hasBody, ImmutableArray<OperationHeaderField> headers)
    {
        var index = hasBody ? BodyBit : 0;
        foreach (var field in headers) index |= 1 << (int)field.Header;
        return _known[index] ??= new CoveredComponents(NamesOf(index)); // Two threads may make the same list, which does no harm.
    }

    private static ImmutableArray<string> NamesOf(int index)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        names.AddRange("@method", "@path", "@query");
        if ((index & BodyBit) != 0) names.Add("content-digest");
        for (var header = OperationHeader.ContentType; header <= OperationHeader.Prefer; header++)
        {
            if ((index & (1 << (int)header)) != 0) names.Add(SignatureBase.HeaderName(header));
        }

        names.Add("kv-cluster");
        return names.DrainToImmutable();
    }
}
