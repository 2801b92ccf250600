namespace KvStore.Protocol.Tests;

/// <summary>The backends that tests run over: those that this machine has. Ed25519BackendTests reports one that is missing.</summary>
internal static class Ed25519Backends
{
    private static readonly List<string> RefusedSodium = [];
    private static readonly List<string> RefusedOpenSsl = [];

    public static Ed25519Backend? Sodium { get; } = Ed25519Loader.TryLoadSodium(RefusedSodium);

    public static Ed25519Backend? OpenSsl { get; } = Ed25519Loader.TryLoadOpenSsl(RefusedOpenSsl);

    public static Ed25519Backend[] Available { get; } = [.. new[] { Sodium, OpenSsl }.OfType<Ed25519Backend>()];

    public static string Refused => string.Join(' ', RefusedSodium.Concat(RefusedOpenSsl));

    /// <summary>Every backend's answer and the oracle's, which must be one.</summary>
    public static bool VerifyByAll(byte[] key, byte[] message, byte[] signature)
    {
        var expected = Ed25519Oracle.Verify(key, message, signature);
        foreach (var backend in Available)
        {
            if (new Ed25519(backend).Verify(key, message, signature) == expected) continue;
            Assert.Fail($"{backend.Name} and the oracle ({expected}) differ on key {Convert.ToHexStringLower(key)}, "
                + $"message {Convert.ToHexStringLower(message)}, signature {Convert.ToHexStringLower(signature)}.");
        }

        return expected;
    }

    public static bool Verify(this Ed25519 scheme, byte[] key, byte[] message, byte[] signature) =>
        scheme.Verify(PublicKey.Read(key), message, Signature.Read(signature));
}
