namespace KvStore.StateMachine.Tests;

/// <summary>Values that were computed once and are held from then on.</summary>
internal static class Golden
{
    public const string StateRoot = "9657a772b0d1c20fc67c6a5a5023627cdcf094a482afade1115cb563aa71e4b2";
    public const string LedgerRoot = "61d926ab0459d38c95f191c1fbf9f5506f6532bce35d8c02430187be73070c50";
}
