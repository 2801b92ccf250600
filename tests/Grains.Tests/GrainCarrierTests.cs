using System.Reflection;
using KvStore.Grains.Hosting;
using KvStore.Grains.Placement;
using KvStore.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Grains.Tests;

/// <summary>By whom envelopes are handed to Orleans.</summary>
public sealed class GrainCarrierTests
{
    [Fact]
    public async Task What_a_grain_sends_in_the_middle_of_its_work_is_handed_over_by_another_thread()
    {
        await using var cluster = await SiloCluster.StartAsync();
        var factory = DispatchProxy.Create<IGrainFactory, Recorder>();
        var recorder = (Recorder)(object)factory;
        var carrier = new GrainCarrier(factory, cluster.Services(0).GetRequiredService<ReplicaSilos>(), NullLogger<GrainCarrier>.Instance);

        // As an activation's first messages are taken: on its own scheduler, which is held up until they are.
        var sender = await Task.Factory.StartNew(
            () =>
            {
                carrier.Send(new ReplicaId(1), new byte[] { 1 });
                Assert.True(recorder.Called.Wait(TimeSpan.FromMinutes(1), SiloCluster.Cancel));
                return Environment.CurrentManagedThreadId;
            },
            SiloCluster.Cancel,
            TaskCreationOptions.None,
            new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
        Assert.NotEqual(sender, recorder.Thread);
    }

    /// <summary>Stands for Orleans, and says on which thread it was called.</summary>
    public class Recorder : DispatchProxy
    {
        /// <summary>Set when it was called.</summary>
        public ManualResetEventSlim Called { get; } = new();

        /// <summary>By which thread.</summary>
        public int Thread { get; private set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Thread = Environment.CurrentManagedThreadId;
            Called.Set();
            throw new NotSupportedException("There is nobody to be called.");
        }
    }
}
