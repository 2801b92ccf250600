using System.Runtime.InteropServices;

namespace KvStore.Storage;

/// <summary>Makes the names in a directory durable: the framework opens no directories.</summary>
public static class DurableNames
{
    private const int OpenDirectory = 0x10000;

    /// <summary>Makes durable which files a directory has. On systems whose directories can't be flushed, names are as durable as the system makes them.</summary>
    /// <exception cref="IOException">The system can't.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = OpenPath(System.Text.Encoding.UTF8.GetBytes(directory + "\0"), OpenDirectory);
        if (descriptor < 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        try
        {
            if (Sync(descriptor) != 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
        finally
        {
            _ = CloseDescriptor(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenPath(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseDescriptor(int descriptor);
}
