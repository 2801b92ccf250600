using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.Silo;

namespace KvStore.Grains.Tests;

public sealed class NSecSignerTests
{
    [Fact]
    public void It_signs_byte_by_byte_as_the_library_that_verifies()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("kv-nsec-").FullName, "node.key");
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            var seed = new byte[Ed25519PrivateKey.SeedLength];
            random.NextBytes(seed);
            KeyFile.Write(path, seed, KeyRole.Replica, isDevelopment: true, overwrite: true);
            using var native = new Ed25519PrivateKey(seed);
            using var signer = NSecSigner.Open(new ReplicaId(1), path);
            for (var length = 0; length < 300; length += 37)
            {
                var message = new byte[length];
                random.NextBytes(message);
                var signature = signer.Sign(message);
                Assert.Equal(native.Sign(message), signature);
                Assert.True(Ed25519.Instance.Verify(native.PublicKey, message, signature));
            }
        }

        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
