using System.Diagnostics;

namespace KvStore.Cli.Bench.Measuring;

/// <summary>One interval of a run: what was done in it, and what the process then used.</summary>
/// <param name="Seconds">When it ended, in seconds since the load began; the warming up is included.</param>
/// <param name="Measured">Whether it began inside the measured window, so that nothing of it was warming up.</param>
/// <param name="Operations">Operations that ended well in it.</param>
/// <param name="OperationsPerSecond">The same a second.</param>
/// <param name="WorkingSetMegabytes">The process's memory in RAM.</param>
/// <param name="HeapMegabytes">The managed heap, with what is not collected yet.</param>
/// <param name="Gen0">Collections of generation 0 in the interval.</param>
/// <param name="Gen1">Collections of generation 1 in the interval.</param>
/// <param name="Gen2">Collections of generation 2 in the interval.</param>
/// <param name="AllocatedBytesPerOperation">Managed allocation of the whole process, by operation.</param>
/// <param name="CpuMicrosecondsPerOperation">Time on all cores of the whole process, by operation.</param>
internal sealed record Sample(
    double Seconds,
    bool Measured,
    long Operations,
    double OperationsPerSecond,
    double WorkingSetMegabytes,
    double HeapMegabytes,
    int Gen0,
    int Gen1,
    int Gen2,
    double AllocatedBytesPerOperation,
    double CpuMicrosecondsPerOperation);

/// <summary>What the process has used up to a moment.</summary>
/// <param name="Moment">The moment, in the clock's nanoseconds.</param>
/// <param name="Operations">Operations that have ended well.</param>
/// <param name="Allocated">Bytes allocated.</param>
/// <param name="Cpu">Time on all cores.</param>
/// <param name="Gen0">Collections of generation 0.</param>
/// <param name="Gen1">Collections of generation 1.</param>
/// <param name="Gen2">Collections of generation 2.</param>
internal sealed record Usage(long Moment, long Operations, long Allocated, TimeSpan Cpu, int Gen0, int Gen1, int Gen2)
{
    private const double NanosecondsPerSecond = 1e9;
    private const double BytesPerMegabyte = 1024 * 1024;

    /// <summary>What this process has used so far.</summary>
    public static Usage Now(long moment, long operations)
    {
        using var process = Process.GetCurrentProcess();
        return new Usage(
            moment, operations, GC.GetTotalAllocatedBytes(), process.TotalProcessorTime, GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
    }

    /// <summary>The interval from this moment to a later one, with the memory that the process has now.</summary>
    /// <param name="later">The interval's end.</param>
    /// <param name="begin">When the load began.</param>
    /// <param name="window">The measured time.</param>
    public Sample Until(Usage later, long begin, Window window)
    {
        var operations = later.Operations - Operations;
        var seconds = Math.Max(1, later.Moment - Moment) / NanosecondsPerSecond;
        var divisor = Math.Max(1, operations);
        return new Sample(
            (later.Moment - begin) / NanosecondsPerSecond,
            Moment >= window.Begin,
            operations,
            operations / seconds,
            Environment.WorkingSet / BytesPerMegabyte,
            GC.GetTotalMemory(forceFullCollection: false) / BytesPerMegabyte,
            later.Gen0 - Gen0,
            later.Gen1 - Gen1,
            later.Gen2 - Gen2,
            (later.Allocated - Allocated) / (double)divisor,
            (later.Cpu - Cpu).TotalMicroseconds / divisor);
    }
}
