namespace KvStore.Cli.Bench.Workloads;

/// <summary>What an operation of a workload does.</summary>
internal enum OperationKind
{
    /// <summary>Reads a value.</summary>
    Get,

    /// <summary>Replaces a value.</summary>
    Put,

    /// <summary>Appends to a value.</summary>
    Append,

    /// <summary>Makes a value a slice of itself.</summary>
    Slice,

    /// <summary>Reads keys and values in order from a key on.</summary>
    Scan,

    /// <summary>Creates a key that was not there.</summary>
    Insert,

    /// <summary>Reads a value, then replaces it. One operation, as YCSB counts it.</summary>
    ReadModifyWrite,
}

/// <summary>One operation of a workload.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="KeyIndex">The number of its key.</param>
/// <param name="Value">What is written; empty for reads.</param>
/// <param name="Count">Scan: how many keys. Slice: how many bytes are kept from the beginning.</param>
internal readonly record struct BenchOperation(OperationKind Kind, long KeyIndex, ReadOnlyMemory<byte> Value, int Count)
{
    /// <summary>The key: all have one length, so that their order is that of their numbers.</summary>
    public string Key => KeyOf(KeyIndex);

    /// <summary>The key with a number.</summary>
    public static string KeyOf(long index) => $"user{index:D12}";
}

/// <summary>What became of an operation.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Error">The problem's code when it failed; null when it did not.</param>
internal readonly record struct OperationOutcome(OperationKind Kind, string? Error);
