using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Draws a shard's faults while they last: when, to whom, for how long. Never more than f replicas are Byzantine or without their memory at a time.</summary>
internal sealed class Nemesis(World world, Shard shard, DeterministicRandom random)
{
    private const int MidWriteOperationsMax = 12;
    private const int WildMilliseconds = 60_000;
    private const int RetireTicksMax = 40;
    private const int AllStallChance = 2000;

    private readonly SwarmSettings _settings = shard.Settings;

    public void Start()
    {
        if (_settings.Forgery is { } forgery) MakeForger(forgery);
        foreach (var machine in shard.Machines) machine.ClockOffset = Skew();
        if (_settings.WildClocks) MakeClocksWild();
        if (_settings.EveryFlushMax > 0) MakeDisksSlow();
        if (_settings.SlowPrimary == true) MakeLiar(shard.Machines[0], Lie.JustInTime);
        if (_settings.Complainer) MakeLiar(shard.Machines[^1], Lie.Complain);
        Repeat(_settings.StallEvery, Stall);
        Repeat(_settings.PartitionEvery, Partition);
        Repeat(_settings.OneWayEvery, CutOneWay);
        Repeat(_settings.CrashEvery, Crash);
        Repeat(_settings.AnswerCrashEvery, CrashAtAnswer);
        Repeat(_settings.PowerCutEvery, PowerCut);
        Repeat(_settings.WipeEvery, Wipe);
        Repeat(_settings.RetireEvery, Retire);
        Repeat(_settings.ClockJumpEvery, () => random.Pick(shard.Machines).ClockOffset = Skew());
    }

    private void MakeForger(Lie forgery)
    {
        var machine = shard.Machines[random.Between(1, Math.Min(2, _settings.Replicas - 1))];
        machine.Tamper = new NewViewForger(new LiarKit(new LyingMachine(shard, machine), world.Overheard, random.Fork()), forgery);
    }

    private void MakeDisksSlow()
    {
        foreach (var machine in shard.Machines) machine.FlushMax = random.Between(0, _settings.EveryFlushMax);
    }

    private void MakeLiar(Machine machine, Lie lie)
    {
        var kit = new LiarKit(new LyingMachine(shard, machine), world.Overheard, random.Fork());
        var liar = new Liar(kit);
        liar.Tell([Lies.Make(lie, kit)]);
        machine.Tamper = liar;
    }

    private void Stall()
    {
        var milliseconds = random.Between(1, _settings.StallMax);
        foreach (var machine in random.Chance(AllStallChance) ? shard.Machines : [random.Pick(shard.Machines)]) machine.Process?.Stall(milliseconds);
    }

    private void MakeClocksWild()
    {
        for (var i = 0; i < shard.Group.Faults; i++) random.Pick(shard.Machines).ClockOffset = random.Between(-WildMilliseconds, WildMilliseconds);
    }

    private long Skew() => random.Between(-_settings.SkewMax, _settings.SkewMax);

    private void Repeat(int every, Action happen)
    {
        if (every == 0) return;
        After(random.Between(1, 2 * every), () =>
        {
            happen();
            Repeat(every, happen);
        });
    }

    private void Partition()
    {
        var side = random.Next();
        world.Trace.Line(() => $"partition of {shard}: {string.Join(' ', shard.Machines.Select(machine => (side >> machine.Id.Index) & 1))}");
        shard.Network.Partition(index => ((side >> index) & 1) != 0);
        After(random.Between(1, _settings.CutTicksMax), shard.Network.Mend);
    }

    private void CutOneWay()
    {
        var (from, to) = (random.Below(_settings.Replicas), random.Below(_settings.Replicas));
        world.Trace.Line(() => $"cut {shard.Machines[from]} → {shard.Machines[to]}");
        shard.Network.SetCut(from, to, cut: true);
        After(random.Between(1, _settings.CutTicksMax), () => shard.Network.SetCut(from, to, cut: false));
    }

    private void Crash()
    {
        var machine = random.Pick(shard.Machines);
        switch (random.Below(3))
        {
            case 0: machine.PowerCut.CutAfter(random.Below(MidWriteOperationsMax)); break;
            case 1: machine.FailsAfterWriting = true; break;
            default: machine.Stop(Kind()); break;
        }

        RestartLater(machine);
    }

    // As an operator stops a node, who gives it some time to hand over, or too little. A Byzantine one may do so too.
    private void Retire()
    {
        var machine = random.Pick(shard.Machines);
        if (machine.Process is not { } process) return;
        world.Trace.Line(() => $"{machine} retires");
        process.Retire();
        After(random.Between(1, RetireTicksMax), () =>
        {
            if (machine.Process == process) machine.Stop(StopKind.Kill);
            RestartLater(machine);
        });
    }

    // What the answer tells has been executed, and its client does not hear of it.
    private void CrashAtAnswer()
    {
        var machine = random.Pick(shard.Machines);
        machine.FailsAtAnswer = true;
        RestartLater(machine);
    }

    private void PowerCut()
    {
        foreach (var machine in shard.Machines)
        {
            machine.Stop(random.Chance(5000) ? StopKind.PowerCut : StopKind.TornTail);
            RestartLater(machine);
        }
    }

    private void Wipe()
    {
        if (shard.Machines.Count(each => each.IsFaulty) >= shard.Group.Faults) return;
        var machine = random.Pick(shard.Machines);
        machine.Stop(StopKind.PowerCut);
        machine.Wipe();
        RestartLater(machine);
    }

    private StopKind Kind() => random.Pick<StopKind>([StopKind.Kill, StopKind.PowerCut, StopKind.TornTail]);

    private void RestartLater(Machine machine) => After(random.Between(1, _settings.DownTicksMax), () =>
    {
        // A failure at the next write may still be about to happen; it does not any more.
        machine.CancelFailures();
        machine.Start();
    });

    private void After(long ticks, Action happen) => world.Queue.After(ticks * _settings.Consensus.TickMilliseconds, () =>
    {
        if (!world.IsHealed) happen();
    });
}
