namespace KvStore.Protocol;

/// <summary>A statement with its signer and signature, not yet checked.</summary>
public abstract class Signed(ReplicaId signer, Signature signature)
{
    /// <summary>Who claims to have signed.</summary>
    public ReplicaId Signer { get; } = signer;

    /// <summary>The signature over the domain tag and the statement's fields.</summary>
    public Signature Signature { get; } = signature;

    /// <summary>The statement.</summary>
    public abstract Statement UntypedStatement { get; }
}

/// <summary>A statement with its signer and signature, not yet checked.</summary>
public sealed class Signed<TStatement>(TStatement statement, ReplicaId signer, Signature signature) : Signed(signer, signature)
    where TStatement : Statement
{
    /// <summary>The statement.</summary>
    public TStatement Statement { get; } = statement;

    /// <inheritdoc/>
    public override Statement UntypedStatement => Statement;

    /// <summary>Appends it as a part of another statement, whose domain tag already says cluster, group and epoch.</summary>
    internal void EncodeInside(CanonicalWriter writer)
    {
        Statement.EncodeFields(writer);
        writer.Replica(Signer);
        writer.Signature(Signature);
    }
}

/// <summary>
/// A statement whose form, signer and signature have been checked. Only <see cref="MessageVerifier"/> makes one.
/// </summary>
public sealed class Verified<TStatement>
    where TStatement : Statement
{
    internal Verified(Signed<TStatement> signed) => Signed = signed;

    /// <summary>The statement with its signature, as it was sent.</summary>
    public Signed<TStatement> Signed { get; }

    /// <summary>The statement.</summary>
    public TStatement Statement => Signed.Statement;

    /// <summary>Who signed it.</summary>
    public ReplicaId Signer => Signed.Signer;
}
