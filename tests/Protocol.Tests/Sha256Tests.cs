using System.Security.Cryptography;

namespace KvStore.Protocol.Tests;

/// <summary>The fast SHA-256 is SHA-256.</summary>
public sealed class Sha256Tests
{
    public static TheoryData<int> Lengths => [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 128, 600, 1024, 4095, 4096, 4097, 70_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void It_agrees_with_the_framework(int length)
    {
        var data = RandomNumberGenerator.GetBytes(length);
        var hash = new byte[Sha256.Length];
        Sha256.Hash(data, hash);
        Assert.Equal(SHA256.HashData(data), hash);
        Sha256.Hash(0x01, data, hash);
        Assert.Equal(SHA256.HashData([0x01, .. data]), hash);
    }

    [Fact]
    public void A_destination_without_room_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(static () => Sha256.Hash("abc"u8, new byte[31]));

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        Parallel.For(0, 4, thread =>
        {
            var data = Enumerable.Repeat((byte)thread, 200 + thread).ToArray();
            var expected = SHA256.HashData(data);
            var hash = new byte[Sha256.Length];
            for (var i = 0; i < 20_000; i++)
            {
                Sha256.Hash(data, hash);
                Assert.Equal(expected, hash);
            }
        });
    }
}
