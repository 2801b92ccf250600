// The bytes of docs/wire.md, pinned. Rewritten by KV_REWRITE_GOLDEN=1; a change is a change of the protocol's version.
using System.Text;
using System.Text.RegularExpressions;

namespace KvStore.Protocol.Tests;

public partial class GoldenVectorTests
{
    // tests/Replication.Tests holds these.
    private static readonly string[] _heldElsewhere = ["shard.", "peer.", "envelope.", "setup."];

    private static readonly string Root = FindRoot();
    private static readonly string GoldenFile = Path.Combine(Root, "tests", "Protocol.Tests", "golden", "wire.txt");

    [Fact]
    public void Every_encoding_is_the_one_of_the_golden_file()
    {
        var present = string.Concat(Vectors().Select(each => $"{each.Name} = {Convert.ToHexStringLower(each.Bytes)}\n"));
        if (Environment.GetEnvironmentVariable("KV_REWRITE_GOLDEN") == "1") File.WriteAllText(GoldenFile, present);
        Assert.Equal(File.ReadAllText(GoldenFile), present);
    }

    [Fact]
    public void Every_vector_in_the_wire_document_is_the_one_of_the_golden_file()
    {
        var wireDocument = Path.Combine(Root, "docs", "wire.md");
        var golden = VectorLine().Matches(File.ReadAllText(GoldenFile)).ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value);
        if (Environment.GetEnvironmentVariable("KV_REWRITE_GOLDEN") == "1")
        {
            File.WriteAllText(wireDocument, VectorLine().Replace(
                File.ReadAllText(wireDocument), line => golden.TryGetValue(line.Groups[1].Value, out var hex) ? $"{line.Groups[1].Value} = {hex}" : line.Value));
        }

        var document = VectorLine().Matches(File.ReadAllText(wireDocument));
        Assert.True(document.Count > 20);
        foreach (Match line in document)
        {
            var name = line.Groups[1].Value;
            if (_heldElsewhere.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))) continue;
            Assert.True(golden.ContainsKey(name), $"{name} is not in the golden file.");
            Assert.Equal(golden[name], line.Groups[2].Value);
        }
    }

    [Fact]
    public void Every_golden_message_record_and_result_decodes_to_what_encodes_to_it()
    {
        foreach (var (name, bytes) in Vectors())
        {
            if (name.StartsWith("message.", StringComparison.Ordinal))
            {
                Assert.Equal(bytes, MessageCodec.Encode(Samples.Context, MessageCodec.Decode(Samples.Context, bytes, out _)!));
            }

            if (name.StartsWith("log.", StringComparison.Ordinal)) Assert.Equal(bytes, LogRecordCodec.Encode(LogRecordCodec.Decode(bytes)!));
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Vectors()
    {
        var cluster = Samples.Context.Cluster;
        yield return ("cluster", cluster.Genesis.ToArray());
        for (var i = 0; i < Samples.Members.Length; i++) yield return ($"key.replica-{i}", Samples.Members[i].ToArray());
        yield return ("key.client", Samples.Client.ToArray());
        foreach (var (name, statement) in Samples.Statements) yield return ($"signed-bytes.{name}", Samples.SignedBytes(statement));
        foreach (var (name, statement) in Samples.Statements) yield return ($"signature-by-1.{name}", Samples.Sign(1, statement).Signature.ToArray());
        foreach (var (name, request) in new[] { ("put", Samples.PutRequest), ("get", Samples.GetRequest) })
        {
            yield return ($"request.{name}", Samples.Encode(request.Encode));
            yield return ($"request.{name}.signature-base", SignatureBase.Of(request, cluster));
            yield return ($"request.{name}.digest", request.DigestFor(cluster).ToArray());
        }

        yield return ("batch", Samples.Encode(Samples.Batch.Encode));
        yield return ("batch.digest", Samples.Batch.Digest.ToArray());
        yield return ("batch.null", Samples.Encode(Batch.Null.Encode));
        yield return ("batch.null.digest", Batch.Null.Digest.ToArray());
        foreach (var (name, result) in Samples.Results) yield return ($"result.{name}", result.ToBytes());
        foreach (var (name, message) in Samples.Messages) yield return ($"message.{name}", MessageCodec.Encode(Samples.Context, message));
        foreach (var (name, record) in Samples.Records) yield return ($"log.{name}", LogRecordCodec.Encode(record));
        yield return ("ledger.frontier-of-3", Samples.Encode(Frontier().Encode));
        yield return ("ledger.root-of-3", Frontier().Root.ToArray());
    }

    private static LedgerFrontier Frontier() =>
        new[] { "a", "b", "c" }.Aggregate(LedgerFrontier.Empty, (frontier, leaf) => frontier.Append(MerkleTree.LeafHash(Encoding.ASCII.GetBytes(leaf))));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("^(?<1>[a-z0-9.-]+) = (?<2>[0-9a-f]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex VectorLine();
}
