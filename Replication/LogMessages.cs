using System.Net;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication;

/// <summary>Every fact that this project logs: one stable event id each.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1001, LogLevel.Information, "Replica {Replica} of shard {Shard} runs ({Mode}).")]
    public static partial void ReplicaStarted(this ILogger logger, int replica, uint shard, string mode);

    [LoggerMessage(1002, LogLevel.Information, "Replica {Replica} of shard {Shard} has stopped.")]
    public static partial void ReplicaStopped(this ILogger logger, int replica, uint shard);

    [LoggerMessage(1003, LogLevel.Information, "Replica {Replica} of shard {Shard}: view {View}, open: {Active}.")]
    public static partial void ViewChanged(this ILogger logger, int replica, uint shard, ulong view, bool active);

    [LoggerMessage(1004, LogLevel.Warning, "Replica {Replica} of shard {Shard} saw replica {Signer} contradict itself {Count} times so far, the last time with {Earlier} and then {Later}.")]
    public static partial void Equivocation(this ILogger logger, int replica, uint shard, int signer, long count, Statement earlier, Statement later);

    [LoggerMessage(1012, LogLevel.Error, "Replica {Replica} of shard {Shard} can't write evidence down, and has it in memory only: {Problem}")]
    public static partial void EvidenceNotWritten(this ILogger logger, int replica, uint shard, string problem);

    [LoggerMessage(1005, LogLevel.Information, "Replica {Replica} of shard {Shard} took over the certified state at position {Sequence}.")]
    public static partial void SnapshotInstalled(this ILogger logger, int replica, uint shard, ulong sequence);

    [LoggerMessage(1006, LogLevel.Warning, "Replica {Replica} of shard {Shard} dropped {Count} messages from replica {From} so far: {Kind}.")]
    public static partial void Rejected(this ILogger logger, int replica, uint shard, long count, int from, RejectionKind kind);

    [LoggerMessage(1008, LogLevel.Error, "Replica {Replica} of shard {Shard} has no room on its disk. It votes for nothing until there is, and serves what it has: make room.")]
    public static partial void DiskFull(this ILogger logger, int replica, uint shard);

    [LoggerMessage(1009, LogLevel.Information, "Replica {Replica} of shard {Shard} has room on its disk again and takes part.")]
    public static partial void DiskHasRoom(this ILogger logger, int replica, uint shard);

    [LoggerMessage(1010, LogLevel.Warning, "Replica {Replica} of shard {Shard} lost {Count} inputs so far, because they came faster than it takes them: {What}.")]
    public static partial void InputsDropped(this ILogger logger, int replica, uint shard, long count, string what);

    [LoggerMessage(1011, LogLevel.Warning, "Replica {Replica} of shard {Shard} has said what its log does not know, {Statement}: the disk is an old copy. It rejoins, and does not vote before it can contradict nothing.")]
    public static partial void LogIsBehind(this ILogger logger, int replica, uint shard, Statement statement);

    [LoggerMessage(1014, LogLevel.Warning, "Replica {Replica} of shard {Shard} suspects replica {Of}: {Code} {Kind}, {Count} times so far.")]
    public static partial void Suspected(this ILogger logger, int replica, uint shard, int of, int code, SuspicionKind kind, long count);

    [LoggerMessage(1007, LogLevel.Critical, "Replica {Replica} of shard {Shard} can't go on and ends the process.")]
    public static partial void ReplicaBroken(this ILogger logger, Exception exception, int replica, uint shard);

    [LoggerMessage(1101, LogLevel.Information, "Node {Node} listens for its peers at {Endpoint}.")]
    public static partial void Listening(this ILogger logger, int node, EndPoint endpoint);

    [LoggerMessage(1102, LogLevel.Information, "Node {Node} has a connection to send to node {Peer}, at {Address}.")]
    public static partial void Connected(this ILogger logger, int node, int peer, string address);

    [LoggerMessage(1103, LogLevel.Information, "Node {Node} has no connection to send to node {Peer}, at {Address}: {Reason}. It dials again in {Delay}.")]
    public static partial void NotConnected(this ILogger logger, int node, int peer, string address, string reason, TimeSpan delay);

    [LoggerMessage(1104, LogLevel.Information, "Node {Peer} sends to node {Node}, from {Remote}.")]
    public static partial void PeerArrived(this ILogger logger, int node, int peer, EndPoint? remote);

    [LoggerMessage(1105, LogLevel.Information, "Node {Peer} sends to node {Node} no more over that connection.")]
    public static partial void PeerLeft(this ILogger logger, int node, int peer);

    [LoggerMessage(1106, LogLevel.Warning, "Node {Node} refused {Count} connections so far, the last with {Remote}: {Kind}.")]
    public static partial void ConnectionRefused(this ILogger logger, int node, long count, RefusalKind kind, EndPoint? remote);

    [LoggerMessage(1107, LogLevel.Warning, "Node {Node} rejected {Count} messages of node {Peer} so far: {Kind}.")]
    public static partial void PeerRejected(this ILogger logger, int node, int peer, long count, RejectionKind kind);

    [LoggerMessage(1108, LogLevel.Warning, "Node {Node} rejected too much of node {Peer} and shuts it out for {Time}.")]
    public static partial void PeerShutOut(this ILogger logger, int node, int peer, TimeSpan time);

    [LoggerMessage(1109, LogLevel.Warning, "Node {Node} lost {Count} messages to or from node {Peer} so far: {Kind}.")]
    public static partial void MessagesDropped(this ILogger logger, int node, int peer, long count, DropKind kind);

    [LoggerMessage(1110, LogLevel.Critical, "Node {Node} can't go on with node {Peer} and ends the process.")]
    public static partial void NetworkBroken(this ILogger logger, Exception exception, int node, int peer);

    [LoggerMessage(1201, LogLevel.Information, "Node {Name} is replica {Replica} of {Shards} shard(s) of cluster {Cluster}.")]
    public static partial void NodeOpened(this ILogger logger, string name, int replica, int shards, string cluster);

    [LoggerMessage(1202, LogLevel.Information, "First start: this node waits until a quorum with it says that nothing was executed yet.")]
    public static partial void FirstStartWaits(this ILogger logger);

    [LoggerMessage(1203, LogLevel.Information, "First start: the cluster begins.")]
    public static partial void ClusterBegins(this ILogger logger);

    [LoggerMessage(1204, LogLevel.Warning, "First start, but the cluster has run: this node may have taken part, so that it fetches the state from the others before it votes.")]
    public static partial void ClusterHasRun(this ILogger logger);

    [LoggerMessage(1205, LogLevel.Warning, "Shard {Shard} has an empty disk, and this is no first start: it is rebuilt from the others, and does not vote before it can contradict nothing.")]
    public static partial void DiskLost(this ILogger logger, uint shard);

    [LoggerMessage(1206, LogLevel.Warning, "The node's key is marked as made for development: others may have it.")]
    public static partial void DevelopmentNodeKey(this ILogger logger);

    [LoggerMessage(1207, LogLevel.Warning, "Others than its owner can read the key in {Path}. Run 'chmod 600 {Path}'.")]
    public static partial void KeyOpenToOthers(this ILogger logger, string path);

    [LoggerMessage(1208, LogLevel.Warning, "Durability none: votes leave before they are on disk. Unless this run ends in order, all disks count as lost at the next start.")]
    public static partial void NotDurable(this ILogger logger);

    [LoggerMessage(1210, LogLevel.Information, "Node {Node} is about to stop, and leaves it to another one to lead shard {Shard}.")]
    public static partial void HandingOver(this ILogger logger, int node, uint shard);

    [LoggerMessage(1211, LogLevel.Warning, "The last run had durability none and did not end in order, so that nobody knows what of it is on disk: all disks count as lost, and are rebuilt from the others. What was there is beside it, as 'aside-…'.")]
    public static partial void WritesMayBeLost(this ILogger logger);

    [LoggerMessage(1212, LogLevel.Critical, "Replica {Replica} of this process is faulty by design and lies to the others: {Faults}. That is for development, and for nothing that somebody relies on.")]
    public static partial void FaultyByDesign(this ILogger logger, int replica, string faults);

    [LoggerMessage(1209, LogLevel.Information, "Node {Name} has stopped.")]
    public static partial void NodeStopped(this ILogger logger, string name);
}
