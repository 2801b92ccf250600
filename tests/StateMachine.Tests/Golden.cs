namespace KvStore.StateMachine.Tests;

/// <summary>Values that were computed once and are held from then on.</summary>
internal static class Golden
{
    public const string StateRoot = "5b0e43721430262a18ee19708e502f604f594f78bd2c9e62b8b15104f927595d";
    public const string LedgerRoot = "9d4a5147eb2aafb0b99115dfdafdec2bdede9fbdc84dde1f3ec8e1097f7c08db";
}
