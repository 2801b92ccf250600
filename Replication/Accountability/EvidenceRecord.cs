using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Replication.Accountability;

/// <summary>
/// Two statements of one replica that a correct one does not make both, such that anyone who has the genesis can check them. As a file it is one line of JSON in the one
/// form that <see cref="ToBytes"/> writes. docs/wire.md.
/// </summary>
/// <param name="Format">The name of the format.</param>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Replica">The replica that signed both.</param>
/// <param name="Member">Its public key in the genesis, base64url: what both signatures are checked with.</param>
/// <param name="Earlier">The one that was seen first.</param>
/// <param name="Later">The one that contradicts it.</param>
public sealed record EvidenceRecord(string Format, string Cluster, uint Shard, int Replica, string Member, SignedRecord Earlier, SignedRecord Later)
{
    /// <summary>The name of the format.</summary>
    public const string FormatName = "kv-evidence-1";

    private const string Advice = "Nothing is proven by it. Take each record as a node's /v1/evidence or its directory 'evidence' has it, on a line of its own.";

    /// <summary>A record of two statements.</summary>
    /// <param name="context">What both are bound to.</param>
    /// <param name="member">The signer's key in the genesis.</param>
    /// <param name="earlier">The one that was seen first.</param>
    /// <param name="later">The one that contradicts it.</param>
    public static EvidenceRecord Of(StatementContext context, PublicKey member, Signed earlier, Signed later) => new(
        FormatName, SignatureBase.ClusterName(context.Cluster), context.Group.Number, later.Signer.Index, SignatureBase.KeyName(member), SignedRecord.Of(context, earlier), SignedRecord.Of(context, later));

    /// <summary>The line, with its end.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, EvidenceJson.Compact.EvidenceRecord), (byte)'\n'];

    /// <summary>Reads one line and checks all that it says: whoever signed both statements has broken the protocol, whatever else is true.</summary>
    /// <param name="line">The line, with its end.</param>
    /// <param name="genesis">How the cluster began, from a source that the caller trusts.</param>
    /// <param name="source">Where the line is from, for messages.</param>
    /// <exception cref="SetupException">It proves nothing; the message says why.</exception>
    public static EvidenceRecord Verify(ReadOnlySpan<byte> line, Genesis genesis, string source)
    {
        var record = Read(line, source);
        if (record.Wrong(line, genesis) is { } wrong) throw new SetupException($"{source} is no evidence: {wrong}.", Advice);
        return record;
    }

    private static EvidenceRecord Read(ReadOnlySpan<byte> line, string source)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EvidenceJson.Default.EvidenceRecord) ?? throw new SetupException($"{source} is no evidence: it is null.", Advice);
        }
        catch (JsonException)
        {
            throw new SetupException($"{source} is no evidence: it is not a record of the format {FormatName}.", Advice);
        }
    }

    private string? Wrong(ReadOnlySpan<byte> line, Genesis genesis)
    {
        if (Format != FormatName) return $"its format is '{Format}', and not {FormatName}";
        if (!ToBytes().AsSpan().SequenceEqual(line)) return "it is not written in the one form of a record";
        if (Cluster != SignatureBase.ClusterName(genesis.Cluster)) return $"it is of the cluster '{Cluster}', and the genesis is that of '{SignatureBase.ClusterName(genesis.Cluster)}'";
        if (Shard >= genesis.Groups.Length) return $"the genesis has no shard {Shard}";
        var group = genesis.Groups[(int)Shard];
        if (Replica < 0 || Replica >= group.Members.Length) return $"the genesis has no replica {Replica}";
        var key = group.Members[Replica];
        if (Member != SignatureBase.KeyName(key)) return $"the key of replica {Replica} is another one";
        var context = new StatementContext(genesis.Cluster, group.Id, new Epoch(0));
        if (Earlier.Verify(context, key) is not { } earlier) return "'earlier' is not a statement that this replica signed in this shard";
        if (Later.Verify(context, key) is not { } later) return "'later' is not a statement that this replica signed in this shard";
        return Contradiction.Between(earlier, later) ? null : "the two statements do not contradict each other";
    }
}

/// <summary>A signed statement.</summary>
/// <param name="Kind">What it is: <c>PrePrepare</c>, <c>Commit</c> and so on.</param>
/// <param name="Bytes">The bytes that were signed, base64; docs/wire.md says how to read them.</param>
/// <param name="Signature">The Ed25519 signature over them, base64.</param>
public sealed record SignedRecord(string Kind, string Bytes, string Signature)
{
    internal static SignedRecord Of(StatementContext context, Signed signed)
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, context, signed.UntypedStatement);
        return new SignedRecord(NameOf(signed.UntypedStatement), Convert.ToBase64String(writer.Written), Convert.ToBase64String(signed.Signature.ToArray()));
    }

    /// <summary>The statement, when it is one of this context that the key's holder signed; else null.</summary>
    internal Statement? Verify(StatementContext context, PublicKey key)
    {
        if (!TryBase64(Bytes, out var bytes) || !TryBase64(Signature, out var signatureBytes) || signatureBytes.Length != Protocol.Signature.Length) return null;
        var signature = Protocol.Signature.Read(signatureBytes);
        var writer = new CanonicalWriter();
        writer.Bytes(bytes);
        writer.Replica(default);
        writer.Signature(signature);
        var reader = new CanonicalReader(writer.ToArray());
        if (StatementCodec.Decode(ref reader, context, out _) is not { } signed || !reader.Complete || Kind != NameOf(signed.UntypedStatement)) return null;
        return Ed25519.Instance.Verify(key, bytes, signature) ? signed.UntypedStatement : null;
    }

    private static string NameOf(Statement statement) => Enum.GetName(statement.Kind) ?? "";

    // Several texts stand for the same bytes when the last bits are not looked at; only one of them is taken.
    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) return false;
        bytes = bytes[..length];
        return Convert.ToBase64String(bytes) == text;
    }
}

/// <summary>The JSON of evidence, read strictly.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EvidenceRecord))]
internal sealed partial class EvidenceJson : JsonSerializerContext
{
    /// <summary>For writing: base64 stays as it is, as JSON.stringify of JavaScript has it.</summary>
    public static EvidenceJson Compact { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
