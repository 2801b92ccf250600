using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using KvStore.Api.Requests;
using KvStore.Api.Signing;
using KvStore.Protocol;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http;

namespace KvStore.Api.Tests;

/// <summary>
/// The worked example of docs/http-signatures.md, whose signature the npm package http-message-sig made: it is accepted as it stands there, and no
/// change of a single character of its signature is.
/// </summary>
public sealed class SignatureVectorTests
{
    private static readonly string _document = File.ReadAllText(Path.Combine(Root(), "docs", "http-signatures.md"));

    [Fact]
    public void The_documents_example_is_accepted()
    {
        Assert.Null(Judge(Example(), out var incoming));
        Assert.Equal(SignatureBaseOfDocument(), Encoding.ASCII.GetString(SignatureBase.Of(incoming.Signed!.Request, Cluster())));
        Assert.Equal(Digest.Of(Encoding.ASCII.GetBytes(SignatureBaseOfDocument())), incoming.Signed.Digest);
    }

    [Theory]
    [InlineData(KvHeaders.SignatureInput)]
    [InlineData(KvHeaders.Signature)]
    [InlineData(KvHeaders.ContentDigest)]
    [InlineData(KvHeaders.Cluster)]
    public void No_change_of_one_character_is_accepted(string field)
    {
        var value = Example().Headers[field].ToString();
        for (var i = 0; i < value.Length; i++)
        {
            foreach (var changed in ChangesAt(value, i).Where(changed => !IsAround(value, changed)))
            {
                var request = Example();
                request.Headers[field] = changed;
                Assert.True(Judge(request, out var incoming) is not null, $"{field}: {changed}");
                Assert.Null(incoming.Signed);
            }
        }
    }

    [Fact]
    public void Any_text_at_all_is_refused_in_words()
    {
        string[] parts = ["sig1=", "(", ")", "\"@method\"", "\"", "\\", ";", "=", ",", " ", "created", "1", ";tag=\"kv-request-v1\"", ":", "AAAA", "\t", "\u00e4"];
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var request = Example();
            request.Headers[KvHeaders.SignatureInput] = Text(random, parts);
            if (i % 2 == 0) request.Headers[KvHeaders.Signature] = Text(random, parts);
            var problem = Judge(request, out _);
            Assert.NotNull(problem);
            Assert.Equal("signature-profile", problem.Kind.Code);
            Assert.NotEmpty(problem.Detail);
        }
    }

    private static string Text(Random random, string[] parts) => string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => parts[random.Next(parts.Length)]));

    // Spaces and commas around a dictionary's members are no part of what is signed.
    private static bool IsAround(string value, string changed) => string.Equals(changed.Trim(' ', ','), value, StringComparison.Ordinal);

    private static IEnumerable<string> ChangesAt(string value, int index)
    {
        yield return value.Remove(index, 1);
        foreach (var character in "A=;\", :0z")
        {
            if (value[index] != character) yield return string.Concat(value.AsSpan(0, index), [character], value.AsSpan(index + 1));
            yield return value.Insert(index, character.ToString());
        }
    }

    // The clock stands in the middle of the example's life.
    private static Problems.ProblemResult? Judge(HttpRequest request, out Incoming incoming)
    {
        var group = new GroupConfig(1);
        var context = new StatementContext(Cluster(), new GroupId(0), new Epoch(0));
        var verifier = new MessageVerifier(context, group, new ConsensusConfig(), [default], Ed25519.Instance);
        var authenticator = new RequestAuthenticator(verifier, ClientPolicy.Any, new StandingClock(), allowUnsigned: true);
        ImmutableArray<OperationHeaderField> headers = [new(OperationHeader.ContentType, "text/plain"), new(OperationHeader.IfMatch, "\"r41\"")];
        Assert.True(Operation.TryCreate(OperationMethod.Put, "/v1/kv/greeting", "", headers, "hello"u8.ToArray(), out var operation));
        return authenticator.Judge(request, operation, out incoming);
    }

    // The request as the document shows it.
    private static HttpRequest Example()
    {
        var request = new DefaultHttpContext().Request;
        request.Method = "PUT";
        foreach (var line in Block("http").Split('\n').Skip(1).TakeWhile(line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            request.Headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return request;
    }

    private static ClusterId Cluster()
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        Base64Url.DecodeFromChars(Example().Headers[KvHeaders.Cluster].ToString(), bytes);
        return new ClusterId(Digest.Read(bytes));
    }

    private static string SignatureBaseOfDocument() => Block("text");

    private static string Block(string language) =>
        Regex.Match(_document, $"```{language}\n(?<block>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["block"].Value;

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_793_500_030);
    }
}
