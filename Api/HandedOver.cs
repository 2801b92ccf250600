using KvStore.Protocol;

namespace KvStore.Api;

/// <summary>A request that was handed over to the replicas, so that it may be applied whatever the answer is.</summary>
/// <param name="Verified">The request.</param>
/// <param name="IsClients">Whether its client signed it, and can send the same bytes again.</param>
internal readonly record struct HandedOver(VerifiedRequest Verified, bool IsClients)
{
    /// <summary>Whether sending it again does no harm. An unsigned request gets a new nonce each time, so the shard takes a repetition for another request.</summary>
    public bool IsRetryable => IsClients || Verified.Request.Operation.Method is not (OperationMethod.Post or OperationMethod.Patch);

    /// <summary>Where its outcome can be asked for.</summary>
    public string OutcomeUrl => $"/v1/requests/{SignatureBase.KeyName(Verified.Request.Client)}/{SignatureBase.NonceText(Verified.Request.Nonce)}";

    /// <summary>What to do now.</summary>
    public string Advice => IsClients
        ? " The request may have been applied. Send the same bytes again, which is safe, or ask at 'outcomeUrl'."
        : IsRetryable ? " The request may have been applied; 'outcomeUrl' says whether it was."
        : " The request may have been applied. An unsigned request that is sent again is another request: ask at 'outcomeUrl' before you repeat it.";
}
