using KvStore.Protocol;
using KvStore.Replication.Backup;
using KvStore.Replication.Setup;
using KvStore.Replication.Tests.Setup;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests.Backup;

/// <summary>A snapshot is believed for its signatures and its chunks' proofs, and for nothing else.</summary>
public sealed class CertifiedSnapshotTests : IDisposable
{
    private readonly BackupFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_quorum_signed_comes_back()
    {
        var state = BackupFolder.StateOf(_folder.Genesis, shard: 1);
        var path = _folder.Write("replica", state, BackupFolder.Certify(_folder.Genesis, 1, state, 0, 1, 2));
        var read = CertifiedSnapshot.Read(path, _folder.Genesis, shard: null);
        Assert.Equal(1u, read.Group.Id.Number);
        Assert.Equal(state.ComputeRoot(), read.State.ComputeRoot());
        Assert.Equal(40, read.State.View.KeyCount);
        Assert.Equal(new FileInfo(path).Length, read.Bytes);
        Assert.Equal((ulong)BackupFolder.Position, read.State.Sequence.Number);
    }

    [Fact]
    public void No_flipped_byte_is_taken()
    {
        var bytes = File.ReadAllBytes(_folder.WriteGood());
        Assert.True(bytes.Length > 3000);
        var damaged = _folder["damaged"];
        for (var offset = 0; offset < bytes.Length; offset += 7)
        {
            bytes[offset] ^= 0x10;
            File.WriteAllBytes(damaged, bytes);
            Refused(damaged, _folder.Genesis);
            bytes[offset] ^= 0x10;
        }
    }

    [Fact]
    public void No_shortened_or_lengthened_file_is_taken()
    {
        var bytes = File.ReadAllBytes(_folder.WriteGood());
        var damaged = _folder["damaged"];
        foreach (var length in (int[])[0, 1, 19, 20, 100, bytes.Length / 2, bytes.Length - 13, bytes.Length - 12, bytes.Length - 1])
        {
            File.WriteAllBytes(damaged, bytes[..length]);
            Refused(damaged, _folder.Genesis);
        }

        File.WriteAllBytes(damaged, [.. bytes, 0]);
        Assert.Contains("follows its end", Refused(damaged, _folder.Genesis), StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_of_another_shard_is_named_as_that()
    {
        var path = _folder.WriteGood();
        var wrong = Assert.Throws<SetupException>(() => CertifiedSnapshot.Read(path, _folder.Genesis, new GroupId(1)));
        Assert.Contains("of shard 0, and not of shard 1", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Under_another_genesis_it_is_nothing()
    {
        // The same members: only the name of the cluster differs, and with it all that was signed.
        var other = SetupFolder.Signed(name: "other").Genesis;
        Assert.Contains("another cluster", Refused(_folder.WriteGood(), other), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_another_cluster_makes_no_state_certified()
    {
        var state = BackupFolder.StateOf(_folder.Genesis);
        var path = _folder.Write("replica", state, BackupFolder.Certify(SetupFolder.Signed(name: "other").Genesis, 0, state, 0, 1, 2));
        Assert.Contains("another cluster, or forged", Refused(path, _folder.Genesis), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3)]
    public void Fewer_signatures_than_a_quorum_are_too_few(params int[] signers)
    {
        var state = BackupFolder.StateOf(_folder.Genesis);
        var path = _folder.Write("replica", state, BackupFolder.Certify(_folder.Genesis, 0, state, signers));
        Assert.Contains($"{signers.Length} signatures, and 3", Refused(path, _folder.Genesis), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_no_member_counts_for_nothing()
    {
        var state = BackupFolder.StateOf(_folder.Genesis);
        var path = _folder.Write("replica", state, BackupFolder.Certify(_folder.Genesis, 0, state, 0, 1, 4));
        Refused(path, _folder.Genesis);
    }

    [Fact]
    public void A_state_that_is_not_the_certified_one_is_refused_although_its_checksums_are_good()
    {
        var (certified, other) = (BackupFolder.StateOf(_folder.Genesis), BackupFolder.StateOf(_folder.Genesis, keys: 41));
        var path = _folder.Write("replica", other, BackupFolder.Certify(_folder.Genesis, 0, certified, 0, 1, 2));
        Assert.Contains("does not belong to the certified state", Refused(path, _folder.Genesis), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_root_that_is_not_the_states_is_refused()
    {
        var state = BackupFolder.StateOf(_folder.Genesis);
        var vote = new Checkpoint(state.Sequence, state.ComputeRoot(), Digest.Of("another ledger"u8));
        var path = _folder.Write("replica", state, BackupFolder.Certify(_folder.Genesis, 0, vote, 0, 1, 2));
        Assert.Contains("not one of the certified position", Refused(path, _folder.Genesis), StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_the_other_shard_is_refused_whoever_signed_it()
    {
        var state = BackupFolder.StateOf(_folder.Genesis, shard: 1);
        Refused(_folder.Write("replica", state, BackupFolder.Certify(_folder.Genesis, 0, state, 0, 1, 2)), _folder.Genesis);
    }

    [Fact]
    public void A_missing_file_is_said_to_be_missing() => Assert.Contains("can't be read", Refused(_folder["nothing"], _folder.Genesis), StringComparison.Ordinal);

    [Fact]
    public void What_is_saved_is_a_copy_that_verifies_and_damage_is_not_saved()
    {
        var path = _folder.WriteGood();
        var saved = SnapshotSave.Save(_folder["replica"], _folder.Genesis, new GroupId(0), _folder["backup"], overwrite: false);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder["backup"]));
        Assert.Equal(40, saved.State.View.KeyCount);
        Assert.Contains("--force", Assert.Throws<SetupException>(() => Save("backup", overwrite: false)).Next, StringComparison.Ordinal);
        Save("backup", overwrite: true);

        var bytes = File.ReadAllBytes(path);
        bytes[^40] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains(path, Assert.Throws<SetupException>(() => Save("backup", overwrite: true)).Message, StringComparison.Ordinal);
        _ = CertifiedSnapshot.Read(_folder["backup"], _folder.Genesis, new GroupId(0));
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(_folder["backup"])!, "backup*"));
    }

    [Fact]
    public void Of_several_the_newest_is_saved_and_of_none_nothing()
    {
        Assert.Contains("first checkpoint", Assert.Throws<SetupException>(() => Save("backup", overwrite: false)).Next, StringComparison.Ordinal);
        _folder.WriteGood();
        var machine = new ShardStateMachine(BackupFolder.StateOf(_folder.Genesis), _folder.Genesis.Cluster);
        machine.Execute(new SequenceNumber(BackupFolder.Position + 1), Digest.Zero, default, []);
        var newer = machine.Publish();
        _folder.Write("replica", newer, BackupFolder.Certify(_folder.Genesis, 0, newer, 0, 1, 2));
        Assert.Equal(newer.Sequence, Save("backup", overwrite: false).State.Sequence);
    }

    private CertifiedSnapshot Save(string file, bool overwrite) => SnapshotSave.Save(_folder["replica"], _folder.Genesis, new GroupId(0), _folder[file], overwrite);

    private static string Refused(string path, Genesis genesis) => Assert.Throws<SetupException>(() => CertifiedSnapshot.Read(path, genesis, shard: null)).Message;
}
