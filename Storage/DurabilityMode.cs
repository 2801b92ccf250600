namespace KvStore.Storage;

/// <summary>What a replica waits for before it says something.</summary>
public enum DurabilityMode
{
    /// <summary>What it rests on survives a power cut.</summary>
    Always,

    /// <summary>What it rests on was handed to the operating system: it survives the process, and not the machine.</summary>
    None,
}
