using KvStore.Protocol;
using KvStore.Replication.Hosting;

namespace KvStore.Replication.Tests;

public sealed class RememberingSchemeTests
{
    [Fact]
    public void What_is_good_is_checked_once_and_what_is_not_each_time()
    {
        using var key = new Ed25519PrivateKey(Enumerable.Repeat((byte)1, Ed25519PrivateKey.SeedLength).ToArray());
        using var other = new Ed25519PrivateKey(Enumerable.Repeat((byte)2, Ed25519PrivateKey.SeedLength).ToArray());
        var counting = new CountingScheme();
        var scheme = new RememberingScheme(counting);
        var signature = key.Sign("message"u8);
        for (var i = 0; i < 3; i++) Assert.True(scheme.Verify(key.PublicKey, "message"u8, signature));
        Assert.Equal(1, counting.Checks);
        for (var i = 0; i < 3; i++)
        {
            Assert.False(scheme.Verify(key.PublicKey, "Message"u8, signature));
            Assert.False(scheme.Verify(other.PublicKey, "message"u8, signature));
            Assert.False(scheme.Verify(key.PublicKey, "message"u8, other.Sign("message"u8)));
        }

        Assert.Equal(10, counting.Checks);
    }

    private sealed class CountingScheme : ISignatureScheme
    {
        public int Checks { get; private set; }

        public bool Verify(PublicKey key, ReadOnlySpan<byte> message, in Signature signature)
        {
            Checks++;
            return Ed25519.Instance.Verify(key, message, signature);
        }
    }
}
