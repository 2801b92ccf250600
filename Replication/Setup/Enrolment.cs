using System.Buffers.Text;
using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>A member of a cluster as its operator announces it.</summary>
/// <param name="Name">Its name, for people; different from those of the others.</param>
/// <param name="Key">Its public key.</param>
/// <param name="Peer">Where the other nodes reach it: <c>host:port</c>.</param>
/// <param name="Client">Where clients reach it: <c>http://host:port</c>.</param>
public sealed record Member(string Name, PublicKey Key, string Peer, string Client)
{
    private const int NameLengthMax = 64;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Judge()
    {
        var isName = Name.Length is > 0 and <= NameLengthMax && Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        if (!isName) return $"'{Name}' is not a name of 1 to {NameLengthMax} letters, digits, dots, hyphens and underscores";
        if (!NodeAddress.TryParsePeer(Peer, out _, out _)) return $"'{Peer}' is not an address for peers like 10.0.0.1:7000";
        return NodeAddress.IsClientUrl(Client) ? null : $"'{Client}' is not an address for clients like http://10.0.0.1:7001";
    }

    /// <summary>Appends the canonical encoding. docs/wire.md.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Name));
        writer.PublicKey(Key);
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Peer));
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Client));
    }
}

/// <summary>The JSON of an enrolment.</summary>
internal sealed record EnrolmentJson(string Format, string Name, string PublicKey, string Peer, string Client, string Proof);

/// <summary>
/// What an operator hands to whoever puts the cluster together: a member, and the proof that its operator has the key. Without the proof, one operator could
/// enrol another's key as its own.
/// </summary>
public sealed record Enrolment(Member Member, Signature Proof)
{
    private const string Format = "kv-enrolment-1";
    private const int BytesMax = 16 * 1024;
    private const string Advice = "'kv cluster enrol' makes one.";

    /// <summary>Enrols the holder of a key.</summary>
    /// <exception cref="SetupException">A name or an address is none.</exception>
    public static Enrolment Create(Ed25519PrivateKey key, string name, string peer, string client)
    {
        var member = new Member(name, key.PublicKey, peer, client);
        if (member.Judge() is { } wrong) throw new SetupException($"{wrong}.", "'kv cluster enrol --help' shows how it goes.");
        return new Enrolment(member, key.Sign(SignedBytes(member)));
    }

    /// <summary>Reads an enrolment and checks its proof.</summary>
    /// <exception cref="SetupException">It can't be read, or its proof does not hold.</exception>
    public static Enrolment Read(string path) => Parse(SetupFiles.Read(path, BytesMax, Advice), $"The file '{path}'");

    /// <summary>Makes an enrolment of a file's content, and checks its proof.</summary>
    /// <exception cref="SetupException">It is none, or its proof does not hold.</exception>
    public static Enrolment Parse(ReadOnlySpan<byte> bytes, string source)
    {
        var json = SetupJson.Read(bytes, SetupJson.Default.EnrolmentJson, source, "an enrolment", Advice);
        if (json.Format != Format) throw new SetupException($"{source} has the format '{json.Format}', and '{Format}' is what this program reads.", Advice);
        var member = new Member(json.Name, SetupText.KeyOf(json.PublicKey, source), json.Peer, json.Client);
        if (member.Judge() is { } wrong) throw new SetupException($"{source}: {wrong}.", Advice);
        var proof = SetupText.SignatureOf(json.Proof, source);
        return Ed25519.Instance.Verify(member.Key, SignedBytes(member), proof)
            ? new Enrolment(member, proof)
            : throw new SetupException($"{source}: the proof is not a signature of the key over this name and these addresses.", "Have its operator enrol again: 'kv cluster enrol'.");
    }

    /// <summary>Writes it to a file.</summary>
    /// <exception cref="SetupException">The file is there, or can't be written.</exception>
    public void Write(string path, bool overwrite) => SetupFiles.Write(
        path,
        SetupJson.Write(
            new EnrolmentJson(Format, Member.Name, SignatureBase.KeyName(Member.Key), Member.Peer, Member.Client, Base64Url.EncodeToString(Proof.ToArray())),
            SetupJson.Default.EnrolmentJson),
        secret: false,
        overwrite);

    /// <summary>What its maker signs. docs/wire.md.</summary>
    internal static byte[] SignedBytes(Member member)
    {
        var writer = new CanonicalWriter();
        writer.Fixed("kvstore-v1 enrolment\0"u8);
        member.Encode(writer);
        return writer.ToArray();
    }
}
