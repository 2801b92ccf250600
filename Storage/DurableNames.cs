namespace KvStore.Storage;

/// <summary>Makes the names in a directory durable: the framework opens no directories.</summary>
public static class DurableNames
{
    /// <summary>Makes durable which files a directory has. On systems whose directories can't be flushed, names are as durable as the system makes them.</summary>
    /// <exception cref="IOException">The system can't.</exception>
    public static void Flush(string directory) => NativeFiles.FlushDirectory(directory);
}
