using KvStore.Storage.Tables;

namespace KvStore.Storage.Tests;

/// <summary>An idle holder.</summary>
public sealed class LeaseRenewalTests
{
    [Fact]
    public async Task An_idle_holder_keeps_its_lease_and_hears_when_it_is_lost()
    {
        var cloud = new FakeCloud();
        var renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lost = new TaskCompletionSource<DiskFailedException>(TaskCreationOptions.RunContinuationsAsynchronously);
        var commits = 0;
        using var disk = cloud.Open(_ =>
        {
            if (++commits == 4) renewed.TrySetResult();
            return Fate.Done;
        });
        using var renewal = new LeaseRenewal(disk, TimeSpan.FromMilliseconds(2), failure => lost.TrySetResult(failure));
        await renewed.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        using var holder = cloud.Open();
        var failure = await lost.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Contains($"lease {holder.Epoch}", failure.Message, StringComparison.Ordinal);
    }
}
