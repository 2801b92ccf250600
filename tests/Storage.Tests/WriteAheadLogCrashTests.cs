using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Storage.Tests;

public sealed class WriteAheadLogCrashTests
{
    private static readonly LogStep[] Story =
    [
        new LogStep.Append([1, 1, 1]), new LogStep.Flush(), new LogStep.Append([2]), new LogStep.Append([]), new LogStep.Append([3, 3]),
        new LogStep.Flush(), new LogStep.Append([4]), new LogStep.Compact([[3, 3], [9]]), new LogStep.Append([5, 5]), new LogStep.Flush(),
        new LogStep.Append([6]), new LogStep.Append([7]), new LogStep.Compact([]), new LogStep.Append([8]), new LogStep.Flush(),
    ];

    [Fact]
    public void A_power_cut_at_every_change_with_every_torn_length_loses_nothing_that_was_flushed()
    {
        var cuts = 0;
        for (var crashAt = 0; ; crashAt++)
        {
            var longest = 0;
            for (var kept = 0; kept <= longest; kept++)
            {
                using var disk = new MemoryDisk();
                var script = new LogScript();
                if (!script.Run(new CrashingDisk(disk, crashAt), Story))
                {
                    Assert.True(cuts > 100);
                    return;
                }

                disk.Crash(unflushed =>
                {
                    longest = Math.Max(longest, unflushed);
                    return Math.Min(kept, unflushed);
                });
                cuts++;
                AssertOpensAndGoesOn(disk, script);
            }
        }
    }

    [Fact]
    public void A_power_cut_at_every_change_of_the_recovery_itself_loses_nothing_either()
    {
        for (var crashAt = 0; crashAt < 60; crashAt++)
        {
            for (var recoveryCrashAt = 0; recoveryCrashAt < 5; recoveryCrashAt++)
            {
                using var disk = new MemoryDisk();
                var script = new LogScript();
                if (!script.Run(new CrashingDisk(disk, crashAt), Story)) return;
                disk.Crash(unflushed => unflushed / 2);
                try
                {
                    WriteAheadLog.Open(new CrashingDisk(disk, recoveryCrashAt), out _).Dispose();
                }
                catch (PowerCutException)
                {
                    disk.Crash(unflushed => unflushed / 2);
                }

                AssertOpensAndGoesOn(disk, script);
            }
        }
    }

    [Fact]
    public void Random_scripts_with_random_power_cuts_lose_nothing_that_was_flushed()
    {
        var step = Gen.Frequency(
            (6, Payload.Select(payload => (LogStep)new LogStep.Append(payload))),
            (3, Gen.Constant((LogStep)new LogStep.Flush())),
            (1, Payload.ArrayOf().Select(live => (LogStep)new LogStep.Compact(live))));
        var life = from steps in step.ListOf() from crashAt in Gen.Choose(0, 60) from kept in Gen.Choose(0, 40) select (steps, crashAt, kept);
        Prop.ForAll(life.ListOf().ToArbitrary(), lives =>
        {
            using var disk = new MemoryDisk();
            var script = new LogScript();
            foreach (var (steps, crashAt, kept) in lives)
            {
                script.Run(new CrashingDisk(disk, crashAt), steps);
                disk.Crash(unflushed => Math.Min(kept, unflushed));
                using (WriteAheadLog.Open(disk, out var found)) script.AcceptAfterCrash(found);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<byte[]> Payload => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();

    private static void AssertOpensAndGoesOn(MemoryDisk disk, LogScript script)
    {
        using (WriteAheadLog.Open(disk, out var found)) script.AcceptAfterCrash(found);
        Assert.Single(disk.Files);
        Assert.False(script.Run(disk, [new LogStep.Append([42]), new LogStep.Flush()]));
        disk.Crash();
        Assert.False(script.Run(disk, []));
    }
}
