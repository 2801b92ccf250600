namespace KvStore.Protocol;

/// <summary>
/// What every signed statement is bound to besides its content: the cluster, the group and the epoch. protocol.md section 3.
/// A statement of another context has other bytes, so its signature does not verify here.
/// </summary>
public sealed record StatementContext(ClusterId Cluster, GroupId Group, Epoch Epoch)
{
    /// <summary>How long the domain tag is, with the statement's type, in bytes.</summary>
    internal const int TagLength = 10 + 1 + Digest.Length + 4 + 8;

    private static ReadOnlySpan<byte> ProtocolTag => "kvstore-v1"u8;

    internal void EncodeTag(CanonicalWriter writer, StatementKind kind)
    {
        writer.Fixed(ProtocolTag);
        writer.Byte((byte)kind);
        writer.Digest(Cluster.Genesis);
        writer.UInt32(Group.Number);
        writer.UInt64(Epoch.Number);
    }

    /// <summary>Reads a domain tag. A tag of another protocol is malformed; of another context it is returned as not matching.</summary>
    internal bool DecodeTag(ref CanonicalReader reader, out StatementKind kind)
    {
        reader.Require(reader.Fixed(ProtocolTag.Length).Span.SequenceEqual(ProtocolTag));
        kind = (StatementKind)reader.Byte();
        var cluster = reader.Digest();
        var group = reader.UInt32();
        var epoch = reader.UInt64();
        return !reader.Failed && cluster == Cluster.Genesis && group == Group.Number && epoch == Epoch.Number;
    }
}
