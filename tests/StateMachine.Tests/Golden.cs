namespace KvStore.StateMachine.Tests;

/// <summary>Values that were computed once and are held from then on.</summary>
internal static class Golden
{
    public const string StateRoot = "f465613d17fa4e5edae29ca23c9de20dd7b61fe3e801de31f754f81b6677c6b4";
    public const string LedgerRoot = "61d926ab0459d38c95f191c1fbf9f5506f6532bce35d8c02430187be73070c50";
}
