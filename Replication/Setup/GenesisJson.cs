using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Setup;

/// <summary>The JSON of a genesis document. docs/wire.md section 9.</summary>
/// <param name="Format">Its name and version.</param>
/// <param name="Name">The cluster's name.</param>
/// <param name="Cluster">The cluster's id, for people: it follows from the rest, and must agree with it.</param>
/// <param name="Shards">How many shards there are; every member has a replica of each.</param>
/// <param name="FaultModel">What a faulty node may do.</param>
/// <param name="Carrier">Who sends votes to whom.</param>
/// <param name="LeaderPolicy">Who leads a view.</param>
/// <param name="Clients">Whose requests are executed: <c>any</c>, or <c>listed</c>.</param>
/// <param name="ClientKeys">The listed clients' keys, ascending.</param>
/// <param name="Limits">What a shard's state may hold.</param>
/// <param name="Ordering">Bounds and time-outs of the ordering.</param>
/// <param name="Members">The nodes, in the order of their replicas' ids.</param>
/// <param name="Signatures">Those of the members who signed, in the same order.</param>
/// <param name="Monitor">How the primary is judged; only there where the leader policy monitors it.</param>
/// <param name="Origin">The states that the shards begin with; only there where they do not begin empty.</param>
internal sealed record GenesisJson(
    string Format,
    string Name,
    string Cluster,
    int Shards,
    string FaultModel,
    string Carrier,
    string LeaderPolicy,
    string Clients,
    IReadOnlyList<string> ClientKeys,
    StateLimits Limits,
    ConsensusConfig Ordering,
    IReadOnlyList<MemberJson> Members,
    IReadOnlyList<SignatureJson> Signatures,
    MonitorConfig? Monitor = null,
    OriginJson? Origin = null)
{
    public const string CurrentFormat = "kv-genesis-1";
    public const string AnyClient = "any";
    public const string ListedClients = "listed";

    private const string ByzantineModel = "byzantine";
    private const string BroadcastCarrier = "broadcast";

    /// <summary>The JSON of a document.</summary>
    public static GenesisJson Of(GenesisDocument document)
    {
        var genesis = document.Genesis;
        var group = genesis.Groups[0].Config;
        return new GenesisJson(
            CurrentFormat,
            genesis.Name,
            SignatureBase.ClusterName(genesis.Cluster),
            genesis.Groups.Length,
            ByzantineModel,
            BroadcastCarrier,
            LeaderPolicyNames.Of(group.LeaderPolicy),
            genesis.Clients.AllowsAny ? AnyClient : ListedClients,
            [.. genesis.Clients.Keys.Select(SignatureBase.KeyName)],
            genesis.Limits,
            genesis.Consensus,
            [.. document.Members.Select(member => new MemberJson(member.Name, SignatureBase.KeyName(member.Key), member.Peer, member.Client))],
            [
                .. document.Members.Zip(document.Signatures).Where(each => each.Second is not null)
                    .Select(each => new SignatureJson(each.First.Name, System.Buffers.Text.Base64Url.EncodeToString(each.Second!.Value.ToArray()))),
            ],
            group.Monitor,
            genesis.Origin is { } origin ? OriginJson.Of(origin) : null);
    }

    /// <summary>What of it this version does not know, or null.</summary>
    public string? Unknown() =>
        Format != CurrentFormat ? $"the format '{Format}'"
        : FaultModel != ByzantineModel ? $"the fault model '{FaultModel}'"
        : Carrier != BroadcastCarrier ? $"the carrier '{Carrier}'"
        : LeaderPolicy is not LeaderPolicyNames.RoundRobin and not LeaderPolicyNames.MonitoredRoundRobin ? $"the leader policy '{LeaderPolicy}'"
        : Clients is not AnyClient and not ListedClients ? $"the client policy '{Clients}'"
        : null;

    /// <summary>Whether the leader policy and what it needs are both there, or neither.</summary>
    public bool IsMonitorComplete => (LeaderPolicy == LeaderPolicyNames.MonitoredRoundRobin) == Monitor is not null;

    /// <summary>Whose requests are executed.</summary>
    public ClientPolicy Policy(string source) => Clients == AnyClient ? ClientPolicy.Any : ClientPolicy.Only(ClientKeys.Select(key => SetupText.KeyOf(key, source)));

    /// <summary>The members.</summary>
    public ImmutableArray<Member> MemberList(string source) =>
        [.. Members.Select(member => new Member(member.Name, SetupText.KeyOf(member.PublicKey, source), member.Peer, member.Client))];
}

/// <summary>One member.</summary>
internal sealed record MemberJson(string Name, string PublicKey, string Peer, string Client);

/// <summary>One member's signature.</summary>
internal sealed record SignatureJson(string Member, string Signature);
