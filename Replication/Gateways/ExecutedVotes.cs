using KvStore.Protocol;

namespace KvStore.Replication.Gateways;

/// <summary>
/// What the replicas say they executed at one position. An answer may go out when w of them said the same: one of those is correct, and a correct
/// replica executes only what is committed. Signatures of peers are checked only until that is so.
/// </summary>
internal sealed class ExecutedVotes(GroupConfig group)
{
    private readonly Signed<Executed>?[] _claims = new Signed<Executed>?[group.Replicas];
    private readonly bool[] _verified = new bool[group.Replicas];

    /// <summary>Whether enough have said the same.</summary>
    public bool IsConfirmed { get; private set; }

    public void AddOwn(Signed<Executed> own)
    {
        _claims[own.Signer.Index] = own;
        _verified[own.Signer.Index] = true;
    }

    public void AddPeer(Signed<Executed> claim) => _claims[claim.Signer.Index] ??= claim;

    /// <summary>Looks whether w say what this node's own replica says; verifies no more signatures than that takes.</summary>
    public bool Confirm(Signed<Executed> own, MessageVerifier verifier)
    {
        if (IsConfirmed) return true;
        var same = 0;
        for (var i = 0; i < _claims.Length && same < group.WeakQuorum; i++)
        {
            if (_claims[i] is not { } claim || claim.Statement != own.Statement) continue;
            if (!_verified[i]) _verified[i] = verifier.TryVerify(new StatementMessage(claim), out _, out _);
            if (_verified[i]) same++;
            else _claims[i] = null;
        }

        IsConfirmed = same >= group.WeakQuorum;
        return IsConfirmed;
    }
}
