// RFC 9530 (Content-Digest).
using System.Security.Cryptography;
using KvStore.Api.Problems;
using Microsoft.Extensions.Primitives;

namespace KvStore.Api.Signing;

/// <summary>Holds a body against the digest that was sent with it.</summary>
internal static class ContentDigests
{
    private const string Algorithm = "sha-256";
    private const string Start = Algorithm + "=:";
    private const int TextLength = 44; // 32 bytes as base64.

    /// <summary>Judges the digest of an unsigned request. There need not be one, and only SHA-256 is looked at.</summary>
    /// <returns>The problem, or null.</returns>
    public static ProblemResult? Judge(StringValues field, ReadOnlySpan<byte> body)
    {
        if (field.Count == 0) return null;
        Span<char> text = stackalloc char[TextLength];
        Encode(body, text);
        for (var members = new FieldMembers(SignedFields.Join(field)); members.MoveNext();)
        {
            if (!members.Key.SequenceEqual(Algorithm)) continue;
            var value = members.Value;
            if (value.Length != TextLength + 2 || value[0] != ':' || value[^1] != ':' || !value[1..^1].SequenceEqual(text))
                return new ProblemResult(ProblemKinds.BadContentDigest, $"The body that arrived has {Start}{text}:. Nothing of it was kept; send it again.");
        }

        return null;
    }

    /// <summary>Judges the digest of a signed request, which replicas write again from the body: there is one way to write it.</summary>
    /// <returns>The problem, or null.</returns>
    public static ProblemResult? JudgeSigned(StringValues field, ReadOnlySpan<byte> body)
    {
        if (field.Count == 0) return new ProblemResult(ProblemKinds.SignatureProfile, "The header 'content-digest' is missing.");
        Span<char> expected = stackalloc char[Start.Length + TextLength + 1];
        Start.CopyTo(expected);
        Encode(body, expected.Slice(Start.Length, TextLength));
        expected[^1] = ':';
        if (SignedFields.Join(field).AsSpan().SequenceEqual(expected)) return null;
        return Judge(field, body) ?? new ProblemResult(ProblemKinds.SignatureProfile,
            $"The header 'content-digest' of a signed request must be '{expected}' and nothing else, because every replica writes it again from the body.");
    }

    private static void Encode(ReadOnlySpan<byte> body, Span<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        Convert.TryToBase64Chars(hash, text, out _);
    }
}
