using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.Storage;

namespace KvStore.Replication.Tests;

/// <summary>One flipped byte anywhere in a replica's directory is repaired, or the replica does not start and says which file it is and what to do.</summary>
public sealed class FlippedByteTests : IDisposable
{
    private const int Flips = 400;
    private const int Writes = 14;

    private readonly string _directory = Directory.CreateTempSubdirectory("kvstore-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_byte_never_gives_another_state_or_ledger(bool withUnsavedCheckpoint)
    {
        var whole = Path.Combine(_directory, "whole");
        var (root, ledger) = Write(whole, withUnsavedCheckpoint);
        var files = Directory.GetFiles(whole).Order(StringComparer.Ordinal).ToArray();
        Assert.Contains(files, file => Path.GetFileName(file).StartsWith("snap-", StringComparison.Ordinal));
        var random = new Random(11);
        var (refused, repaired) = (0, 0);
        for (var i = 0; i < Flips; i++)
        {
            var copy = Copy(whole, i);
            var file = Path.Combine(copy, Path.GetFileName(files[i % files.Length]));
            if (Flip(file, random) is not { } offset) continue;
            if (IsRefused(copy, file, root, ledger, $"{Path.GetFileName(file)} at {offset}")) refused++;
            else repaired++;
            Directory.Delete(copy, recursive: true);
        }

        Assert.True(refused > Flips / 5 && repaired > Flips / 20, $"{refused} refused, {repaired} repaired");
    }

    private static (Digest Root, List<Digest> Ledger) Write(string directory, bool withUnsavedCheckpoint)
    {
        using var disk = FileDisk.Open(directory, DurabilityMode.None);
        var replica = LoneReplica.Start(disk);
        for (var i = 1; i <= Writes; i++)
        {
            replica.Put($"key-{i}", $"value {i} {new string(i % 2 == 0 ? 'x' : '\0', 100 * i)}"); // Zeros are a value like any other.
            if (i < 10 || !withUnsavedCheckpoint) replica.SaveAll();
        }

        replica.Ledger.Flush();
        return (replica.Driver.Publish().ComputeRoot(), LedgerOf(replica));
    }

    private static bool IsRefused(string directory, string flipped, Digest root, List<Digest> ledger, string where)
    {
        using var disk = FileDisk.Open(directory, DurabilityMode.None);
        try
        {
            var replica = LoneReplica.Start(disk);
            Assert.True(root == replica.Driver.Publish().ComputeRoot(), where);
            Assert.True(ledger.SequenceEqual(LedgerOf(replica)), where);
            return false;
        }
        catch (DiskDamagedException damage)
        {
            Assert.Equal(flipped, damage.File);
            Assert.Contains(flipped, damage.Message, StringComparison.Ordinal);
            Assert.Contains("aside", damage.Message, StringComparison.Ordinal);
            return true;
        }
    }

    private static List<Digest> LedgerOf(LoneReplica replica) =>
        [.. Enumerable.Range(1, Writes).Select(position => Digest.Of(replica.Ledger.Find(new SequenceNumber((ulong)position))!.Encode()))];

    // Where the file has content and not only room, most of the time.
    internal static long? Flip(string file, Random random)
    {
        var bytes = File.ReadAllBytes(file);
        if (bytes.Length == 0) return null;
        var used = Array.FindLastIndex(bytes, value => value != 0) + 1;
        var offset = random.Next(random.Next(10) == 0 ? bytes.Length : Math.Max(used, 1));
        bytes[offset] ^= (byte)random.Next(1, 256);
        File.WriteAllBytes(file, bytes);
        return offset;
    }

    private string Copy(string from, int number)
    {
        var to = Path.Combine(_directory, $"copy-{number}");
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return to;
    }
}
