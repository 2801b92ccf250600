using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage;

/// <summary>What the framework does not offer of the system's calls on files. Where a call does not exist, the framework's nearest takes its place.</summary>
internal static partial class NativeFiles
{
    private const int ErrorInterrupted = 4;
    private const int ErrorNoSpace = 28;
    private const int ErrorQuota = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>Makes the file's bytes durable, and of its metadata what is needed to read them.</summary>
    public static void FlushData(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(handle);
            return;
        }

        while (DataSync(handle) != 0) Require(Marshal.GetLastPInvokeError());
    }

    /// <summary>Makes the names in a directory durable. On systems whose directories can't be flushed, names are as durable as the system makes them.</summary>
    public static void FlushDirectory(string directory)
    {
        if (!OperatingSystem.IsLinux()) return;
        // For reading: that flag is 0 everywhere, and this one the same wherever the framework runs. "Must be a directory" is not.
        int descriptor;
        while ((descriptor = OpenPath(directory, OpenCloseOnExec)) < 0) Require(Marshal.GetLastPInvokeError());
        try
        {
            while (Sync(descriptor) != 0) Require(Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = CloseDescriptor(descriptor);
        }
    }

    /// <summary>Takes room on the disk for a part of a file, where the system can say so beforehand.</summary>
    public static void Reserve(SafeFileHandle handle, long offset, long length)
    {
        if (!OperatingSystem.IsLinux()) return;
        int error;
        do error = Fallocate(handle, offset, length);
        while (error == ErrorInterrupted);
        // Other errors mean that this file system has no such call; the zeros that are written next take the room.
        if (error is ErrorNoSpace or ErrorQuota) throw ErrorOf(error);
    }

    /// <summary>Whether an operation failed because there is no room.</summary>
    public static bool IsFull(IOException failure) => failure is DiskFullException || failure.HResult is ErrorNoSpace or ErrorQuota or WindowsDiskFull;

    private static void Require(int error)
    {
        if (error != ErrorInterrupted) throw ErrorOf(error);
    }

    private static IOException ErrorOf(int error) => new(Marshal.GetPInvokeErrorMessage(error), error);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int file);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    private static partial int Fallocate(SafeFileHandle file, long offset, long length);
}
