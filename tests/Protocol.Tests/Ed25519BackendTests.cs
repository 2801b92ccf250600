using System.Runtime.InteropServices;

namespace KvStore.Protocol.Tests;

public class Ed25519BackendTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void Libsodium_is_here_and_good()
    {
        Assert.SkipWhen(Ed25519Backends.Sodium is null, $"No good libsodium here. {Ed25519Backends.Refused}");
        Assert.Matches(@"^libsodium 1\.\d+\.\d+$", Ed25519Backends.Sodium!.Name);
    }

    [Fact]
    public void OpenSSL_is_here_and_good()
    {
        Assert.SkipWhen(Ed25519Backends.OpenSsl is null, $"No good OpenSSL here. {Ed25519Backends.Refused}");
        Assert.Matches(@"^OpenSSL \d+\.\d+\.\d+$", Ed25519Backends.OpenSsl!.Name);
    }

    [Fact]
    public void The_instance_is_one_and_prefers_libsodium()
    {
        Assert.Same(Ed25519.Instance, Ed25519.Instance);
        Assert.Equal(Ed25519Backends.Available[0].Name, Ed25519.Instance.BackendName);
    }

    [Fact]
    public void A_library_with_the_cofactored_equation_is_refused() =>
        Assert.Equal("verifies by the cofactored equation", Ed25519SelfTest.Fault(new CofactoredBackend()));

    [Fact]
    public void Both_libraries_make_the_same_keys_and_signatures()
    {
        for (var length = 0; length < 200; length += 7)
        {
            var seed = Seed.Select(b => (byte)(b ^ length)).ToArray();
            var message = Enumerable.Repeat((byte)length, length).ToArray();
            var made = Ed25519Backends.Available.Select(backend =>
            {
                using var key = new Ed25519PrivateKey(seed, backend);
                return (key.PublicKey, Signature: key.Sign(message));
            }).ToArray();
            Assert.Single(made.Distinct());
            Assert.True(Ed25519Backends.VerifyByAll(made[0].PublicKey.ToArray(), message, made[0].Signature.ToArray()));
        }
    }

    [Fact]
    public void An_empty_span_is_a_message_like_any_other()
    {
        foreach (var backend in Ed25519Backends.Available)
        {
            using var key = new Ed25519PrivateKey(Seed, backend);
            var signature = key.Sign(default);
            Assert.True(new Ed25519(backend).Verify(key.PublicKey, default, signature));
            Assert.False(new Ed25519(backend).Verify(key.PublicKey, [0], signature));
        }
    }

    [Fact]
    public void A_key_is_made_from_thirty_two_bytes_only()
    {
        foreach (var length in new[] { 0, 31, 33, 64 })
            Assert.Throws<ArgumentOutOfRangeException>(() => new Ed25519PrivateKey(new byte[length]));
    }

    [Fact]
    public void A_disposed_key_signs_nothing()
    {
        foreach (var backend in Ed25519Backends.Available)
        {
            var key = new Ed25519PrivateKey(Seed, backend);
            key.Dispose();
            key.Dispose();
            Assert.Throws<ObjectDisposedException>(() => key.Sign([1]));
            Assert.NotEqual(default, key.PublicKey);
        }
    }

    [Fact]
    public void Threads_may_share_a_key_and_a_scheme()
    {
        foreach (var backend in Ed25519Backends.Available)
        {
            var scheme = new Ed25519(backend);
            using var key = new Ed25519PrivateKey(Seed, backend);
            Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                byte[] message = BitConverter.GetBytes(i);
                var signature = key.Sign(message);
                Assert.True(scheme.Verify(key.PublicKey, message, signature));
                message[0] ^= 1;
                Assert.False(scheme.Verify(key.PublicKey, message, signature));
            });
        }
    }

    [Fact]
    public void Disposing_of_a_key_while_others_sign_gives_a_good_signature_or_none()
    {
        foreach (var backend in Ed25519Backends.Available)
        {
            using var reference = new Ed25519PrivateKey(Seed, backend);
            var good = reference.Sign(Seed);
            for (var round = 0; round < 50; round++)
            {
                using var key = new Ed25519PrivateKey(Seed, backend);
                Parallel.For(0, 8, i =>
                {
                    if (i == 4)
                    {
                        key.Dispose();
                        return;
                    }

                    try
                    {
                        Assert.Equal(good, key.Sign(Seed));
                    }
                    catch (ObjectDisposedException)
                    {
                        // The key was gone before: the other good outcome.
                    }
                });
            }
        }
    }

    [Fact]
    public void Verifying_allocates_nothing()
    {
        foreach (var backend in Ed25519Backends.Available)
        {
            var scheme = new Ed25519(backend);
            using var key = new Ed25519PrivateKey(Seed, backend);
            var signature = key.Sign(Seed);
            Assert.True(scheme.Verify(key.PublicKey, Seed, signature));
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++) scheme.Verify(key.PublicKey, Seed, signature);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    // Signs well and verifies as the development branch of libsodium. It may not be used for more than the self-test.
    private sealed class CofactoredBackend() : Ed25519Backend("cofactored")
    {
        private readonly Ed25519Backend _signer = Ed25519Backends.Available[0];

        public override bool Satisfies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            Ed25519Oracle.VerifyCofactored(key.ToArray(), message.ToArray(), signature.ToArray());

        public override SafeHandle Import(ReadOnlySpan<byte> seed, Span<byte> publicKey) => _signer.Import(seed, publicKey);

        public override void Sign(SafeHandle key, ReadOnlySpan<byte> message, Span<byte> signature) => _signer.Sign(key, message, signature);
    }
}
