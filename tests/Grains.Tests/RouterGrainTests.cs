using KvStore.Grains.Interfaces;
using KvStore.Protocol;
using KvStore.Replication.Tests;

namespace KvStore.Grains.Tests;

/// <summary>What clients of the Orleans cluster are told, and what becomes of what they hand over.</summary>
public sealed class RouterGrainTests
{
    [Fact]
    public async Task The_directory_names_every_member_and_its_silo()
    {
        await using var cluster = await SiloCluster.StartAsync();
        var directory = await cluster.Grains.GetGrain<IShardDirectoryGrain>(0).Read();
        Assert.NotNull(directory);
        Assert.Equal(1, directory.Shards);
        Assert.Equal(SignatureBase.ClusterName(cluster.Document.Genesis.Cluster), directory.Cluster);
        Assert.Equal(cluster.Document.Members.Select(member => SignatureBase.KeyName(member.Key)), directory.Members.Select(member => member.PublicKey));
        Assert.All(directory.Members, member => Assert.StartsWith($"replica-{member.Replica} at ", member.Silo, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_signed_request_that_the_sequencer_forwards_is_executed_and_one_with_a_bad_signature_is_not()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var client = new TestClient(cluster.Document.Genesis.Cluster);
        using var stranger = new TestClient(new ClusterId(Digest.Of("another cluster"u8)));
        var sequencer = cluster.Grains.GetGrain<ISequencerGrain>(0);
        var (bad, good) = (stranger.Sign(OperationMethod.Put, "/v1/kv/bad", "value"), client.Sign(OperationMethod.Put, "/v1/kv/good", "value"));
        await sequencer.Forward(Encode(bad));
        await sequencer.Forward(new byte[] { 1, 2, 3 });
        var group = cluster.Node(0).Served.Groups[0];
        do
        {
            await sequencer.Forward(Encode(good)); // It may come never, and a second one does no harm.
            await Task.Yield();
            SiloCluster.Cancel.ThrowIfCancellationRequested();
        }
        while (!group.HasQuorum || (await group.ReadLinearizableAsync(SiloCluster.Cancel)).KeyCount == 0);
        Assert.Equal(1, (await group.ReadLinearizableAsync(SiloCluster.Cancel)).KeyCount);
        var primary = await sequencer.WhoLeads();
        Assert.NotNull(primary);
        Assert.Equal(cluster.StatusOf(0).Primary, primary.Replica);
        Assert.StartsWith($"replica-{primary.Replica} at ", primary.Silo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_sequencer_for_a_shard_that_is_not_there()
    {
        await using var cluster = await SiloCluster.StartAsync();
        var sequencer = cluster.Grains.GetGrain<ISequencerGrain>(7);
        await sequencer.Forward(new byte[100]);
        Assert.Null(await sequencer.WhoLeads());
    }

    private static byte[] Encode(Request request)
    {
        var writer = new CanonicalWriter();
        request.Encode(writer);
        return writer.ToArray();
    }
}
