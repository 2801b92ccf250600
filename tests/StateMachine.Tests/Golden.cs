namespace KvStore.StateMachine.Tests;

/// <summary>Values that were computed once and are held from then on.</summary>
internal static class Golden
{
    public const string StateRoot = "";
    public const string LedgerRoot = "";
}
