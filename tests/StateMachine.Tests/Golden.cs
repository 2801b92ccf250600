namespace KvStore.StateMachine.Tests;

/// <summary>Values that were computed once and are held from then on.</summary>
internal static class Golden
{
    public const string StateRoot = "97cfe2c00201b9189b55086e892eb85ac7be922c070279aca6186d03c0fb86d4";
    public const string LedgerRoot = "61d926ab0459d38c95f191c1fbf9f5506f6532bce35d8c02430187be73070c50";
}
