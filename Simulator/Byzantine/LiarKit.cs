using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>What a liar lies with: its own key, chance, and what it has heard. It can sign for itself only.</summary>
internal sealed class LiarKit(ITamperedReplica replica, Overheard overheard, DeterministicRandom random, int? strength = null)
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const int FirstBit = 32;

    /// <summary>The strength of one that lies wherever it could.</summary>
    public const int StrengthMax = 10_000;

    private readonly ulong _sides = random.Next();

    public DeterministicRandom Random => random;

    /// <summary>How often the liar lies where it could, of ten thousand.</summary>
    public int Strength { get; } = strength ?? random.Pick([1000, 4000, 8000, StrengthMax]);

    public Overheard Overheard => overheard;

    public ReplicaId Self => replica.Self;

    public GroupConfig Group => replica.Group;

    public ConsensusConfig Config => replica.Config;

    public StatementContext Context => replica.Context;

    public Timestamp Clock => replica.Clock;

    /// <summary>The highest view that the liar's replica knows of.</summary>
    public View View => replica.View;

    public SequenceNumber Executed => replica.Executed;

    public bool IsPrimary => replica.IsPrimary;

    /// <summary>Whether to lie this time.</summary>
    public bool Dares() => random.Chance(Strength);

    /// <summary>On which of two sides a replica is in some matter: the same for all that is said about it.</summary>
    public bool IsOnOtherSide(ReplicaId other, ulong matter)
    {
        unchecked
        {
            return ((((_sides + matter) * Multiplier) >> (FirstBit + other.Index)) & 1) != 0;
        }
    }

    public Digest AnyDigest()
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.Below(256);
        return Digest.Read(bytes);
    }

    /// <summary>The statement with the liar's own signature, in its own context or in another one.</summary>
    public Signed<TStatement> Sign<TStatement>(TStatement statement, StatementContext? context = null)
        where TStatement : Statement
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, context ?? Context, statement);
        return new Signed<TStatement>(statement, Self, replica.Signer.Sign(writer.Written));
    }

    public StatementMessage Say<TStatement>(TStatement statement, StatementContext? context = null)
        where TStatement : Statement => new(Sign(statement, context));

    /// <summary>A certificate in which the liar's own signature stands for everybody's.</summary>
    public OrderingCertificate Invent(Prepare vote)
    {
        var own = Sign(vote).Signature;
        return new OrderingCertificate(Certificate(vote, Enumerable.Range(0, Group.Quorum).Select(index => new VoteSignature(new ReplicaId((ushort)index), own))));
    }

    /// <summary>What looks like a certificate of these signatures, however few they are and whatever they were made for.</summary>
    public static QuorumCertificate<TVote> Certificate<TVote>(TVote vote, IEnumerable<VoteSignature> signatures)
        where TVote : Vote
    {
        ImmutableArray<Verified<TVote>> claims = [.. signatures.Select(each => MessageVerifier.Own(new Signed<TVote>(vote, each.Signer, each.Signature)))];
        // Of a group of some other size they may be a quorum.
        var size = Enumerable.Range(1, GroupConfig.ReplicasMax).First(replicas => new GroupConfig(replicas).Quorum == claims.Length);
        return QuorumCertificate<TVote>.Of(new GroupConfig(size), claims);
    }
}
