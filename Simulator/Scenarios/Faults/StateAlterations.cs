using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>What a replica says of its history and its state, with something changed.</summary>
internal sealed class StateAlterations(LiarKit kit)
{
    /// <summary>change_result: another result.</summary>
    public PeerMessage ChangeResult(PeerMessage said) => said is StatementMessage { Signed: Signed<Executed> it }
        ? kit.Say(it.Statement with { ResultsRoot = OrderAlterations.Other(it.Statement.ResultsRoot) })
        : said;

    /// <summary>truncate_history: the last entries are left out.</summary>
    public PeerMessage Truncate(PeerMessage said, int count) => said switch
    {
        StatementMessage { Signed: Signed<ViewChange> it } when !it.Statement.Prepared.IsEmpty => kit.Say(it.Statement with { Prepared = WithoutLast(it.Statement.Prepared, count) }),
        StatementMessage { Signed: Signed<NewView> it } when !it.Statement.Carried.IsEmpty => kit.Say(it.Statement with { Carried = WithoutLast(it.Statement.Carried, count) }),
        ChunkMessage it when !it.Content.IsEmpty => it with { Content = it.Content[..Math.Max(0, it.Content.Length - count)] },
        _ => said,
    };

    /// <summary>extra_op, in what was prepared, carried over, or became the state.</summary>
    public PeerMessage AddOperations(PeerMessage said, int count) => said switch
    {
        StatementMessage { Signed: Signed<ViewChange> it } => kit.Say(it.Statement with { Prepared = it.Statement.Prepared.AddRange(Invented(it.Statement, count)) }),
        StatementMessage { Signed: Signed<NewView> it } => kit.Say(it.Statement with { Carried = it.Statement.Carried.AddRange(Invented(it.Statement, count)) }),
        StatementMessage { Signed: Signed<Checkpoint> it } => kit.Say(it.Statement with { StateRoot = OrderAlterations.Other(it.Statement.StateRoot, count) }),
        StatementMessage { Signed: Signed<Executed> it } => kit.Say(it.Statement with { LedgerRoot = OrderAlterations.Other(it.Statement.LedgerRoot, count) }),
        ChunkMessage it when !it.Content.IsEmpty => it with { Content = Altered(it.Content) },
        _ => said,
    };

    /// <summary>change_operation, in what was prepared or is carried over.</summary>
    public PeerMessage ChangeHistory(PeerMessage said) => said switch
    {
        StatementMessage { Signed: Signed<ViewChange> it } when !it.Statement.Prepared.IsEmpty => kit.Say(it.Statement with { Prepared = ChangeLast(it.Statement.Prepared) }),
        StatementMessage { Signed: Signed<NewView> it } when !it.Statement.Carried.IsEmpty =>
            kit.Say(it.Statement with { Carried = [.. it.Statement.Carried.Select(each => each with { Batch = OrderAlterations.Other(each.Batch) })] }),
        _ => said,
    };

    /// <summary>drop_checkpt_stmts: its own vote is left out, and of certificates so many that none is a quorum's any more.</summary>
    public IReadOnlyList<PeerMessage> DropVotes(PeerMessage said) => said switch
    {
        StatementMessage { Signed: Signed<Checkpoint> } => [],
        StableMessage it => [Short(it.Certificate.Vote, it.Certificate.Signatures)],
        _ => [said],
    };

    /// <summary>The certificate of a checkpoint without the votes of as many replicas as it takes for one of them to be correct.</summary>
    public StableMessage Short(Checkpoint vote, IEnumerable<VoteSignature> signatures) => new(LiarKit.Certificate(vote, signatures.Skip(kit.Group.WeakQuorum)));

    private static ImmutableArray<T> WithoutLast<T>(ImmutableArray<T> entries, int count) => [.. entries.Take(Math.Max(0, entries.Length - count))];

    private static ImmutableArray<OrderingCertificate> ChangeLast(ImmutableArray<OrderingCertificate> honest)
    {
        var last = honest[^1];
        var vote = new Prepare(last.Vote.View, last.Vote.Sequence, OrderAlterations.Other(last.Vote.Batch));
        return honest.SetItem(honest.Length - 1, new OrderingCertificate(LiarKit.Certificate(vote, last.Signatures)));
    }

    private IEnumerable<OrderingCertificate> Invented(ViewChange honest, int count)
    {
        var last = honest.Prepared.IsEmpty ? honest.StableSequence : honest.Prepared[^1].Vote.Sequence;
        var view = new View(honest.View.Number - 1);
        return Enumerable.Range(1, count).Select(number => kit.Invent(new Prepare(view, last.Plus((ulong)number), OrderAlterations.Other(default, number))));
    }

    private IEnumerable<CarriedBatch> Invented(NewView honest, int count)
    {
        var last = honest.Carried.IsEmpty ? kit.Executed : honest.Carried[^1].Sequence;
        return Enumerable.Range(1, count).Select(number => new CarriedBatch(last.Plus((ulong)number), OrderAlterations.Other(default, number)));
    }

    private static byte[] Altered(ReadOnlyMemory<byte> content)
    {
        var bytes = content.ToArray();
        bytes[^1] ^= 1;
        return bytes;
    }
}
