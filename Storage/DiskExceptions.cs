namespace KvStore.Storage;

/// <summary>There is no room. What was asked for may have been done in part, and can be tried again as it was.</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>There is no room.</summary>
    public DiskFullException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The disk failed, or was taken by another process. What is durable is unknown, so the replica stops before it says anything.</summary>
public sealed class DiskFailedException : IOException
{
    /// <summary>The disk failed.</summary>
    public DiskFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The directory is in use by another process.</summary>
public sealed class DiskInUseException : IOException
{
    /// <summary>Another process holds the lease.</summary>
    public DiskInUseException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A file holds what nobody wrote there. Nothing was changed on the disk.</summary>
public abstract class DiskDamagedException : Exception
{
    /// <summary>The file is damaged at this place.</summary>
    protected DiskDamagedException(string file, long offset, string what, string message)
        : base(message)
    {
        File = file;
        What = what;
        Offset = offset;
    }

    /// <summary>Where the damaged file is.</summary>
    public string File { get; }

    /// <summary>What is wrong there.</summary>
    public string What { get; }

    /// <summary>Where in the file the first bad byte range begins.</summary>
    public long Offset { get; }
}
