namespace KvStore.Replication.Pool.Network;

/// <summary>Where what is sent to one peer waits, whatever carries it then.</summary>
internal interface ISendLine
{
    /// <summary>What waits to be sent.</summary>
    SendQueue Queue { get; }

    /// <summary>A message was lost.</summary>
    void OnDropped(DropKind kind);
}
