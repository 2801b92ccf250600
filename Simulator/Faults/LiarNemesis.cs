using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>
/// Draws a shard's liars and what they lie about. Never more than f replicas are Byzantine or without their memory at a time. What a liar has said stays said:
/// before another one takes its place, every correct replica must be past all of it, or the lies of two would count at one position.
/// </summary>
internal sealed class LiarNemesis(World world, Shard shard, DeterministicRandom random)
{
    private const long SettleTicks = 10;
    private const long QuietTicks = 250;
    private const int PrimaryChance = 5000;

    private readonly SwarmSettings _settings = shard.Settings;
    private readonly List<(Machine Machine, LiarKit Kit, Liar Liar)> _liars = [];
    private bool _someoneReformed;

    public void Start()
    {
        if (_settings.LiesEvery > 0) After(random.Between(0, _settings.LiesEvery), Turn);
    }

    private void Turn()
    {
        if (_liars.Count > 0 && random.Chance(_settings.ReformChance)) StepDown(random.Below(_liars.Count));
        foreach (var (machine, kit, liar) in _liars) Tell(machine, kit, liar);
        if (shard.Machines.Count(machine => machine.IsFaulty) < shard.Group.Faults) Corrupt(random.Chance(PrimaryChance) ? Primary() : random.Pick(shard.Machines));
        After(random.Between(1, 2 * _settings.LiesEvery), Turn);
    }

    private Machine Primary() => shard.Machines[(int)(shard.HighestView % (ulong)shard.Machines.Length)];

    private void Corrupt(Machine machine)
    {
        if (machine.IsFaulty || machine.IsDead) return;
        var kit = new LiarKit(new LyingMachine(shard, machine), world.Overheard, random.Fork());
        var liar = new Liar(kit);
        machine.Tamper = liar;
        _liars.Add((machine, kit, liar));
        Tell(machine, kit, liar);
    }

    private void Tell(Machine machine, LiarKit kit, Liar liar)
    {
        var lies = Enumerable.Range(0, random.Between(1, _settings.LiesMax)).Select(_ => random.Pick(Lies.All)).Where(MayTell).Distinct().ToList();
        world.Trace.Line(() => $"{machine} lies: {string.Join(", ", lies)}");
        liar.Tell(lies.Select(lie => Lies.Make(lie, kit)));
    }

    // An answer to a read waits at its gateway for the others' as long as these take: a former liar's and the present one's could meet there.
    private bool MayTell(Lie lie) => lie != Lie.WrongReadIndex || !_someoneReformed;

    private void StepDown(int index)
    {
        var (machine, kit, liar) = _liars[index];
        _liars.RemoveAt(index);
        _someoneReformed = true;
        world.Trace.Line(() => $"{machine} is to lie no more");
        machine.Stop(StopKind.PowerCut);
        machine.Wipe();
        liar.Tell([new MuteBehaviour(kit)]);
        After(QuietTicks, () => ReformWhenSettled(machine, liar));
    }

    private void ReformWhenSettled(Machine machine, Liar liar)
    {
        if (IsSettled(liar)) machine.Reform();
        else After(SettleTicks, () => ReformWhenSettled(machine, liar));
    }

    private bool IsSettled(Liar liar) => shard.Machines.Where(machine => machine.Tamper is null).All(machine =>
        machine.Process?.Driver.Replica is { Active: true, IsRejoining: false } replica && replica.View >= liar.HighestView
        && (replica.StableCheckpoint?.Vote.Sequence ?? SequenceNumber.Genesis) >= liar.HighestSequence);

    private void After(long ticks, Action happen) => world.Queue.After(ticks * _settings.Consensus.TickMilliseconds, () =>
    {
        if (!world.IsHealed) happen();
    });
}
