using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace KvStore.Cli.Tests;

/// <summary>A built program as a process of its own. What it writes is read as it comes, so that no full pipe holds it up.</summary>
internal sealed class KvProcess : IDisposable
{
    /// <summary>The signal to end in order.</summary>
    public const int Terminate = 15;

    /// <summary>The signal to stand still.</summary>
    public const int StandStill = 19;

    /// <summary>The signal to go on.</summary>
    public const int GoOn = 18;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KvProcess(params string[] args)
        : this("kv.dll", args, takesOutput: false)
    {
    }

    /// <summary>Starts a program that lies beside the tests.</summary>
    /// <param name="program">Its file.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="takesOutput">Whether its standard output is read as its standard error is.</param>
    public KvProcess(string program, string[] args, bool takesOutput)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. args])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = takesOutput,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("KV_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        if (takesOutput) _process.BeginOutputReadLine();
    }

    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    /// <summary>Returns when it takes requests; fails when it ends before.</summary>
    public async Task Serving()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        await _serving.Task.WaitAsync(limit.Token);
    }

    public async Task<int> Ended()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Tells it to end, as a service manager does.</summary>
    public Task<int> Stop()
    {
        Signal(Terminate);
        return Ended();
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));

    /// <summary>Ends it as a power cut of its machine would.</summary>
    public Task<int> Kill()
    {
        _process.Kill();
        return Ended();
    }

    /// <summary>The first of so many neighbouring ports that nobody listens at. Somebody else may take one before they are used; it is not likely.</summary>
    public static int FreePorts(int count)
    {
        // Below those that Linux gives to connections that go out: a node that is down for a moment must find its ports free, whatever other tests connect to.
        while (true)
        {
            var first = Random.Shared.Next(10_000, 32_000);
            if (Enumerable.Range(first, count).All(IsFree)) return first;
        }
    }

    public void Dispose()
    {
        // Its files can be removed only when it is gone.
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit(_limit);
        _process.Dispose();
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void OnLine(string? line)
    {
        lock (_error) _error.AppendLine(line);
        if (line is null) _serving.TrySetException(new InvalidOperationException($"It ended before it served:\n{Error}"));
        else if (line.Contains("Now listening on: ", StringComparison.Ordinal)) _serving.TrySetResult();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
