using System.Text;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary>A genesis for people: what its members sign.</summary>
internal static class GenesisText
{
    /// <summary>The text, in lines.</summary>
    public static string Of(GenesisDocument document)
    {
        var genesis = document.Genesis;
        var group = genesis.Groups[0].Config;
        var text = new StringBuilder();
        text.Append($"cluster   {genesis.Name}\n");
        text.Append($"id        {SignatureBase.ClusterName(genesis.Cluster)}\n");
        text.Append($"signed    {document.Members.Length - document.Missing.Count} of {document.Members.Length}\n");
        text.Append($"faults    {group.Faults} of {group.Replicas} nodes may lie or be down; {group.Quorum} make a quorum\n");
        text.Append($"shards    {genesis.Groups.Length}\n");
        for (var shard = 0; shard < genesis.Origin?.Shards.Length; shard++)
        {
            var origin = genesis.Origin.Shards[shard];
            text.Append($"begins    shard {shard} with the keys at position {origin.Position} of the cluster {SignatureBase.ClusterName(genesis.Origin.Cluster)}, state root {origin.StateRoot}\n");
        }

        text.Append(genesis.Clients.AllowsAny ? "clients   any key\n" : $"clients   {genesis.Clients.Keys.Length} listed\n");
        foreach (var key in genesis.Clients.Keys) text.Append($"          {SignatureBase.KeyName(key)}\n");
        for (var i = 0; i < document.Members.Length; i++)
        {
            var (member, signed) = (document.Members[i], document.Signatures[i] is not null);
            text.Append($"member {i}  {member.Name}  {SignatureBase.KeyName(member.Key)}  peers {member.Peer}  clients {member.Client}  {(signed ? "signed" : "NOT SIGNED")}\n");
        }

        if (group.Faults == 0) text.Append("warning   No node may fail: 4 is the least that bears a fault.\n");
        return text.ToString();
    }
}
