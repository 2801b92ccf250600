using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Storage.Tests;

public sealed class WriteAheadLogCrashTests
{
    private static readonly LogStep[] Story =
    [
        new LogStep.Append([1, 1, 1]), new LogStep.Flush(), new LogStep.Append([2]), new LogStep.Append([]), new LogStep.Append(Long(3)),
        new LogStep.Flush(), new LogStep.Append([4]), new LogStep.Begin([[3, 3], Long(9)]), new LogStep.Append([5, 5]), new LogStep.Flush(),
        new LogStep.Append(Long(6)), new LogStep.Append(Long(7)), new LogStep.Drop(), new LogStep.Append([8]), new LogStep.Begin([]), new LogStep.Flush(),
        new LogStep.Append(Long(9)), new LogStep.Flush(), new LogStep.Begin([[10]]), new LogStep.Drop(), new LogStep.Append(Long(11)), new LogStep.Append([12]),
    ];

    [Fact]
    public void A_power_cut_at_every_change_loses_nothing_that_was_flushed_whichever_sectors_and_names_survive()
    {
        var cuts = 0;
        for (var crashAt = 0; ; crashAt++)
        {
            for (var pattern = 0; pattern < 64; pattern++)
            {
                using var disk = new MemoryDisk();
                var script = new LogScript();
                var isCut = script.Run(new CrashingDisk(disk, crashAt), Story);
                if (!isCut && pattern == 1)
                {
                    Assert.True(cuts > 1000);
                    return;
                }

                Crash(disk, pattern);
                cuts++;
                AssertOpensAndGoesOn(disk, script);
            }
        }
    }

    [Fact]
    public void A_power_cut_at_every_change_of_the_recovery_itself_loses_nothing_either()
    {
        for (var crashAt = 0; crashAt < 80; crashAt++)
        {
            for (var recoveryCrashAt = 0; recoveryCrashAt < 8; recoveryCrashAt++)
            {
                using var disk = new MemoryDisk();
                var script = new LogScript();
                if (!script.Run(new CrashingDisk(disk, crashAt), Story)) return;
                Crash(disk, crashAt + recoveryCrashAt);
                try
                {
                    WriteAheadLog.Open(new CrashingDisk(disk, recoveryCrashAt), out _).Dispose();
                }
                catch (PowerCutException)
                {
                    Crash(disk, recoveryCrashAt);
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
            (1, Gen.Constant((LogStep)new LogStep.Drop())),
            (1, Payload.ArrayOf().Select(live => (LogStep)new LogStep.Begin(live))));
        var life = from steps in step.ListOf() from crashAt in Gen.Choose(0, 60) from pattern in Gen.Choose(0, 100_000) select (steps, crashAt, pattern);
        Prop.ForAll(life.ListOf().ToArbitrary(), lives =>
        {
            using var disk = new MemoryDisk();
            var script = new LogScript();
            foreach (var (steps, crashAt, pattern) in lives)
            {
                script.Run(new CrashingDisk(disk, crashAt), steps);
                Crash(disk, pattern);
                using var log = WriteAheadLog.Open(disk, out var found);
                script.AcceptAfterCrash(log, found);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<byte[]> Payload => from length in Gen.Choose(0, 1500) from value in Gen.Choose(0, 255) select Enumerable.Repeat((byte)value, length).ToArray();

    private static byte[] Long(byte value) => [.. Enumerable.Repeat(value, 1200)];

    // None, all, and then any mixture.
    private static void Crash(MemoryDisk disk, int pattern)
    {
        var random = new Random(pattern);
        if (pattern == 0) disk.Crash();
        else if (pattern == 1) disk.Crash(() => true, changes => changes);
        else disk.Crash(() => random.Next(2) == 0, changes => random.Next(changes + 1));
    }

    private static void AssertOpensAndGoesOn(MemoryDisk disk, LogScript script)
    {
        using (var log = WriteAheadLog.Open(disk, out var found)) script.AcceptAfterCrash(log, found);
        Assert.All(disk.Files, file => Assert.True(SegmentHeader.TryParseName(file, out _)));
        Assert.False(script.Run(disk, [new LogStep.Append([42]), new LogStep.Flush()]));
        disk.Crash();
        Assert.False(script.Run(disk, []));
    }
}
