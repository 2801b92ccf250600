// RFC 8032 section 7.1, TEST 2, and cases 3 to 5 of github.com/novifinancial/ed25519-speccheck (data only), the companion of
// "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, SSR 2020).
namespace KvStore.Protocol;

/// <summary>Finds out at start whether a library signs and verifies as all replicas must. See <see cref="Ed25519Backend"/>.</summary>
internal static class Ed25519SelfTest
{
    private const string MixedKey = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d";

    /// <summary>What is wrong with the library, or null.</summary>
    public static string? Fault(Ed25519Backend backend)
    {
        if (!SignsAsTheStandard(backend)) return "does not sign as RFC 8032 says";

        // Case 3: A and R have components of small order that cancel out, so every equation holds.
        var cancelling = Satisfies(
            backend,
            "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
            "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009");
        if (!cancelling) return "refuses keys with a component of small order";

        // Cases 4 and 5: the components do not cancel out, and only the cofactored equation holds.
        var cofactored = Satisfies(
            backend,
            "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
            "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09");
        var cofactoredLate = Satisfies(
            backend,
            "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
            "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405");
        return cofactored || cofactoredLate ? "verifies by the cofactored equation" : null;
    }

    private static bool SignsAsTheStandard(Ed25519Backend backend)
    {
        Span<byte> publicKey = stackalloc byte[PublicKey.Length];
        Span<byte> signature = stackalloc byte[Signature.Length];
        var seed = Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        using var key = backend.Import(seed, publicKey);
        backend.Sign(key, [0x72], signature);
        return Convert.ToHexStringLower(publicKey) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
            && Convert.ToHexStringLower(signature) == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            && backend.Satisfies(publicKey, [0x72], signature)
            && !backend.Satisfies(publicKey, [0x73], signature);
    }

    private static bool Satisfies(Ed25519Backend backend, string message, string signature) =>
        backend.Satisfies(Convert.FromHexString(MixedKey), Convert.FromHexString(message), Convert.FromHexString(signature));
}
