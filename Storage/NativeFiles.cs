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
    private const int AtWorkingDirectory = -100;
    private const int StatusForceSync = 0x2000;
    private const uint StatusWanted = 0x100 | 0x80; // The file's number, and when it was changed.

    // Some C libraries came by it late.
    private static readonly Lazy<bool> _hasStatus = new(static () => OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "statx", out _));

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

    /// <summary>Which file a path leads to, and its last change, as its file system has them now and not as they were cached; null when the system can't tell.</summary>
    public static Identity? IdentityOf(string path)
    {
        if (!_hasStatus.Value) return null;
        Status status = default;
        if (StatusOf(AtWorkingDirectory, path, StatusForceSync, StatusWanted, ref status) != 0 || (status.Filled & StatusWanted) != StatusWanted) return null;
        return new Identity(status.DeviceMajor, status.DeviceMinor, status.File, status.ChangedSeconds, status.ChangedNanoseconds);
    }

    /// <summary>Whether an operation failed because there is no room.</summary>
    public static bool IsFull(IOException failure) => failure is DiskFullException || failure.HResult is ErrorNoSpace or ErrorQuota or WindowsDiskFull;

    private static void Require(int error)
    {
        if (error != ErrorInterrupted) throw ErrorOf(error);
    }

    private static IOException ErrorOf(int error) => new(Marshal.GetPInvokeErrorMessage(error), error);

    // With a layout that is the same on all processors, unlike that of stat.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOf(int directory, string path, int flags, uint wanted, ref Status status);

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

    /// <summary>One file of the system's, in one state.</summary>
    public readonly record struct Identity(uint DeviceMajor, uint DeviceMinor, ulong File, long ChangedSeconds, uint ChangedNanoseconds);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(0)] public uint Filled;
        [FieldOffset(32)] public ulong File;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
