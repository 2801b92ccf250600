using KvStore.Protocol;
using KvStore.Storage;

namespace KvStore.Simulator;

/// <summary>
/// Draws the faults of a shard's disks while they last: decay of machines that are down, disks that are put back to an older copy, and disks that become
/// full or slow. What may take a replica's memory never strikes more than f replicas at a time.
/// </summary>
internal sealed class DiskNemesis(World world, Shard shard, DeterministicRandom random)
{
    private const int Tries = 20;
    private const int RoomMax = 20_000;

    private readonly SwarmSettings _settings = shard.Settings;

    public void Start()
    {
        Repeat(_settings.RotEvery, Rot);
        Repeat(_settings.FullEvery, Fill);
        Repeat(_settings.SlowEvery, Slow);
        Repeat(_settings.CopyEvery, () => random.Pick(shard.Machines).CopyDisk());
        Repeat(_settings.RestoreEvery, Restore);
    }

    private void Restore()
    {
        if (shard.Machines.Count(each => each.IsFaulty) >= shard.Group.Faults) return;
        var machine = random.Pick(shard.Machines);
        if (machine.IsDead || !machine.HasCopy) return;
        machine.Stop(StopKind.PowerCut);
        machine.RestoreDisk();
        StartLater(machine);
    }

    private void Slow()
    {
        var machine = random.Pick(shard.Machines);
        machine.FlushMax = random.Between(1, _settings.SlowFlushMax);
        After(random.Between(1, _settings.DownTicksMax), () => machine.FlushMax = 0);
    }

    private void Rot()
    {
        if (shard.Machines.Count(each => each.IsFaulty) >= shard.Group.Faults) return;
        var machine = random.Pick(shard.Machines);
        if (machine.IsDead) return;
        machine.Stop(StopKind.PowerCut);
        machine.Decay(random.Chance(7000) ? FlipByte : Misdirect);
        StartLater(machine);
    }

    private void StartLater(Machine machine) => After(random.Between(1, _settings.DownTicksMax), () =>
    {
        machine.CancelFailures();
        machine.Start();
    });

    private void FlipByte(MemoryDisk disk)
    {
        if (PickSector(disk) is not { } place) return;
        var sector = new byte[IDisk.SectorBytes];
        var length = disk.Read(place.File, place.Offset, sector);
        disk.Rot(place.File, place.Offset + random.Below(length), (byte)random.Between(1, byte.MaxValue));
        world.Trace.Line(() => $"a byte of {place.File} flips behind {place.Offset}");
    }

    // What was meant for one place went to another. Only whole sectors of content: one whose end is zeros could look like one that was never written.
    private void Misdirect(MemoryDisk disk)
    {
        if (PickSector(disk) is not { } from || PickSector(disk) is not { } to || from == to) return;
        var sector = new byte[IDisk.SectorBytes];
        if (disk.Read(from.File, from.Offset, sector) < sector.Length || sector[^1] == 0 || sector[0] == 0) return;
        var length = (int)Math.Min(sector.Length, disk.LengthOf(to.File) - to.Offset);
        disk.Write(to.File, to.Offset, sector.AsSpan(0, length));
        disk.Flush(to.File);
        world.Trace.Line(() => $"a sector of {from.File} went to {to.File} at {to.Offset}");
    }

    private (string File, long Offset)? PickSector(MemoryDisk disk)
    {
        var files = disk.Files.Where(file => disk.LengthOf(file) > 0).ToList();
        for (var i = 0; i < Tries && files.Count > 0; i++)
        {
            var file = random.Pick(files);
            var offset = (long)random.Below((int)disk.LengthOf(file)) / IDisk.SectorBytes * IDisk.SectorBytes;
            var sector = new byte[IDisk.SectorBytes];
            _ = disk.Read(file, offset, sector);
            if (sector.AsSpan().ContainsAnyExcept((byte)0)) return (file, offset);
        }

        return null;
    }

    private void Fill()
    {
        var disk = random.Pick(shard.Machines).Disk;
        disk.BytesMax = disk.Files.Sum(disk.LengthOf) + random.Between(0, RoomMax);
        After(random.Between(1, _settings.DownTicksMax), () => disk.BytesMax = long.MaxValue);
    }

    private void Repeat(int every, Action happen)
    {
        if (every == 0) return;
        After(random.Between(1, 2 * every), () =>
        {
            happen();
            Repeat(every, happen);
        });
    }

    private void After(long ticks, Action happen) => world.Queue.After(ticks * _settings.Consensus.TickMilliseconds, () =>
    {
        if (!world.IsHealed) happen();
    });
}
