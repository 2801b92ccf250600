using System.Globalization;
using KvStore.Api.Operations;
using KvStore.Api.Problems;
using KvStore.Replication;
using KvStore.Replication.Gateways;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Metrics;

/// <summary><c>GET /metrics</c>: numbers for Prometheus. docs/operations.md says which.</summary>
internal static class MetricsEndpoint
{
    private const string Gauge = "gauge";
    private const string Counter = "counter";

    // What is told of every replica, and from where.
    private static readonly (string Name, string Type, string Help, Func<ReplicaStatus, double?> Value)[] _replica =
    [
        ("kv_replica_running", Gauge, "1 when the replica was not stopped.", static replica => replica.Running ? 1 : 0),
        ("kv_replica_view", Gauge, "The view that the replica is in, or moves to.", static replica => replica.View),
        ("kv_replica_view_active", Gauge, "1 when that view is open to it.", static replica => replica.Active ? 1 : 0),
        ("kv_replica_executed", Gauge, "The last position that it executed.", static replica => replica.Executed),
        ("kv_replica_stable_checkpoint", Gauge, "The position of its stable checkpoint.", static replica => replica.StableCheckpoint),
        ("kv_replica_pending_requests", Gauge, "Requests that it holds and has not seen executed.", static replica => replica.PendingRequests),
        ("kv_replica_keys", Gauge, "How many keys its state holds.", static replica => replica.Keys),
        ("kv_replica_rejections_total", Counter, "Messages that it refused.", static replica => replica.Rejections.Values.Sum()),
        ("kv_replica_dropped_total", Counter, "Messages and requests that came faster than it took them, and were lost.", static replica => replica.Dropped.Values.Sum()),
        ("kv_replica_disk_bytes", Gauge, "The bytes of its files.", static replica => replica.Disk?.Files.Bytes),
        ("kv_replica_disk_free_bytes", Gauge, "The room that is left where its files are.", static replica => replica.Disk?.FreeBytes),
    ];

    /// <summary>Maps the endpoint.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<RequestDurations>(); // Made now, so that it has heard of every request when it is asked.
        routes.MapMethods("/metrics", [HttpMethods.Get, HttpMethods.Head], Metrics);
    }

    private static ContentHttpResult Metrics(ServedCluster cluster, RequestDurations durations, RefusalCounter refusals, ProcessInfo process)
    {
        var text = new PrometheusText();
        WriteRequests(text, durations);
        text.Head("kv_api_refused_total", Counter, "Requests that were answered with a problem, by its code.");
        foreach (var (code, count) in refusals.Snapshot()) text.Sample("kv_api_refused_total", count, ("code", code));
        WriteShards(text, cluster);
        WriteProcess(text, process);
        return TypedResults.Text(text.ToString(), PrometheusText.ContentType);
    }

    private static void WriteRequests(PrometheusText text, RequestDurations durations)
    {
        const string name = "http_server_request_duration_seconds";
        text.Head(name, "histogram", "How long requests took, by method, route and status.");
        foreach (var (series, histogram) in durations.Snapshot())
        {
            var (method, route, status) = (("method", series.Method), ("route", series.Route), ("status", series.Status.ToString(CultureInfo.InvariantCulture)));
            var count = 0L;
            for (var i = 0; i <= DurationHistogram.Bounds.Length; i++)
            {
                count += histogram.CountOf(i);
                var bound = i < DurationHistogram.Bounds.Length ? DurationHistogram.Bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                text.Sample(name + "_bucket", count, method, route, status, ("le", bound));
            }

            text.Sample(name + "_sum", histogram.Sum, method, route, status);
            text.Sample(name + "_count", count, method, route, status);
        }
    }

    private static void WriteShards(PrometheusText text, ServedCluster cluster)
    {
        var shards = cluster.Groups.Select(group => (Shard: group.Id.Number.ToString(CultureInfo.InvariantCulture), Group: group)).ToList();
        text.Head("kv_shard_has_quorum", Gauge, "1 when the shard can order and read.");
        foreach (var (shard, group) in shards) text.Sample("kv_shard_has_quorum", group.HasQuorum ? 1 : 0, ("shard", shard));
        text.Head("kv_shard_key_waiters", Gauge, "Requests that wait for a key to change.");
        foreach (var (shard, group) in shards) text.Sample("kv_shard_key_waiters", group.KeyWaiters, ("shard", shard));
        text.Head("kv_evidence_records", Gauge, "Proofs that the replica contradicted itself: see /v1/evidence.");
        foreach (var (shard, group) in shards)
        {
            var records = group.Evidence.Records;
            foreach (var status in group.Statuses)
                text.Sample("kv_evidence_records", records.Count(record => record.Replica == status.Replica), ("shard", shard), ("replica", status.Replica.ToString(CultureInfo.InvariantCulture)));
        }

        WriteSuspicions(text, shards);
        var replicas = shards.SelectMany(each => each.Group.Statuses.Select(status => (each.Shard, Status: status))).ToList();
        foreach (var (name, type, help, value) in _replica)
        {
            text.Head(name, type, help);
            foreach (var (shard, status) in replicas)
            {
                if (value(status) is { } sample) text.Sample(name, sample, ("shard", shard), ("replica", status.Replica.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }

    private static void WriteSuspicions(PrometheusText text, List<(string Shard, IShardGroup Group)> shards)
    {
        text.Head("kv_suspicions_total", Counter, "What a replica has seen of another that a correct one hardly does, by code; each counts once a second at most.");
        foreach (var (shard, group) in shards)
        {
            foreach (var status in group.Statuses)
            {
                foreach (var seen in status.Suspicions)
                {
                    text.Sample(
                        "kv_suspicions_total", seen.Count, ("shard", shard), ("replica", status.Replica.ToString(CultureInfo.InvariantCulture)),
                        ("of", seen.Replica.Index.ToString(CultureInfo.InvariantCulture)), ("code", ((int)seen.Kind).ToString(CultureInfo.InvariantCulture)));
                }
            }
        }
    }

    private static void WriteProcess(PrometheusText text, ProcessInfo process)
    {
        text.Single("process_start_time_seconds", Gauge, "When the process started, in Unix time.", process.StartedAt.ToUnixTimeMilliseconds() / 1000.0);
        text.Single("process_cpu_seconds_total", Counter, "Processor time that the process used.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Single("process_resident_memory_bytes", Gauge, "Memory that the process holds.", Environment.WorkingSet);
        text.Single("dotnet_gc_heap_bytes", Gauge, "Managed memory that is thought to be in use.", GC.GetTotalMemory(forceFullCollection: false));
        text.Single("dotnet_gc_allocated_bytes_total", Counter, "Managed memory that was allocated.", GC.GetTotalAllocatedBytes());
        text.Single("dotnet_gc_pause_seconds_total", Counter, "How long collections stopped everything.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Head("dotnet_gc_collections_total", Counter, "Collections, by generation; one of an older generation counts for the younger ones too.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Sample("dotnet_gc_collections_total", GC.CollectionCount(generation), ("generation", generation.ToString(CultureInfo.InvariantCulture)));
        text.Single("dotnet_threadpool_threads", Gauge, "Threads of the pool.", ThreadPool.ThreadCount);
        text.Single("dotnet_threadpool_queue_length", Gauge, "Work that waits for a thread of the pool.", ThreadPool.PendingWorkItemCount);
    }
}
