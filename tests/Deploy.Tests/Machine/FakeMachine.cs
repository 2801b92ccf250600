using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KvStore.Deploy.Tests;

/// <summary>
/// A directory in the place of a replica's machine, and a server in that of its node, its vault and Azure's metadata. node.sh runs in it as it is, with bash, curl and jq; what would change the
/// machine (disks, systemd, containers, owners) is a script that writes down what it was asked for. It shows what node.sh decides, and nothing about Azure, Podman or systemd.
/// </summary>
internal sealed class FakeMachine : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-machine").FullName;
    private readonly HttpListener _listener;
    private readonly string _address;

    public FakeMachine()
    {
        (_listener, _address) = Listen();
        _ = Task.Run(ServeAsync);
        Directory.CreateDirectory(At("dev/disk/azure/scsi1"));
        Directory.CreateDirectory(At("etc"));
        Directory.CreateDirectory(At("bin"));
        File.WriteAllText(At("dev/disk/azure/scsi1/lun0"), "");
        Stub("blkid", "exit $(cat \"$KV_ROOT/blkid\")");
        Stub("podman", File.ReadAllText(Path.Combine(Repository.Root, "tests", "Deploy.Tests", "Machine", "podman.sh")));
        Stub("install", "case $1 in -d) mkdir -p \"${@: -1}\";; *) cp \"${@: -2:1}\" \"${@: -1}\";; esac");
        foreach (var name in (string[])["mkfs.ext4", "mountpoint", "mount", "systemctl", "chown", "sync"]) Stub(name, "");
        Disk = 0;
    }

    /// <summary>How blkid ends: 0 for a file system, 2 for nothing, other for what can't be read.</summary>
    public int Disk { set => File.WriteAllText(At("blkid"), $"{value}"); }

    /// <summary>What /readyz answers, before the node is restarted and after.</summary>
    public (int Before, int After) Ready { get; set; } = (200, 200);

    /// <summary>Whether each of the other three nodes is connected.</summary>
    public bool[] Connected { get; set; } = [true, true, true];

    /// <summary>How the vault answers when it is asked for the key: 200 with what was stored, unless this says otherwise.</summary>
    public int? VaultStatus { get; set; }

    /// <summary>The vault's secrets by name.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new();

    /// <summary>What was asked of the machine.</summary>
    public IReadOnlyList<string> Calls => File.Exists(At("calls")) ? File.ReadAllLines(At("calls")) : [];

    /// <summary>Whether systemd was told to restart the node.</summary>
    public bool WasRestarted => Calls.Contains("systemctl restart kv-node.service");

    /// <summary>A path on the machine.</summary>
    public string At(string path) => Path.Combine(_folder, path);

    /// <summary>Makes the machine one that has run a node.</summary>
    public FakeMachine WithNode()
    {
        Directory.CreateDirectory(At("var/lib/kv/node"));
        return this;
    }

    /// <summary>Carries out an action.</summary>
    public async Task<(int Status, string Output, string Error)> Do(string action, string image = "kv@sha256:0000000000000000000000000000000000000000000000000000000000000000")
    {
        var settings = new Dictionary<string, string>
        {
            ["KV_DO"] = action,
            ["KV_RUN"] = "1",
            ["KV_NAME"] = "alpha",
            ["KV_IMAGE"] = image,
            ["KV_GENESIS"] = Convert.ToBase64String("{}"u8),
            ["KV_PEER"] = "10.40.0.4:7000",
            ["KV_CLIENT"] = _address,
            ["KV_VAULT"] = _address + "/",
            ["KV_BACKUPS"] = _address + "/backups",
            ["KV_IDENTITY"] = "client",
        };
        var script = "#!/bin/bash\n" + string.Concat(settings.Select(static setting => $"{setting.Key}='{setting.Value}'\n")) + Repository.Text("deploy/bicep/node/node.sh");
        await File.WriteAllTextAsync(At("script"), script, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("bash", [At("script")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new Dictionary<string, string> { ["KV_ROOT"] = _folder, ["KV_PAUSE"] = "0", ["KV_TRIES"] = "3", ["KV_RETRY"] = "0", ["KV_METADATA"] = _address, ["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}" })
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    public void Dispose()
    {
        _listener.Close();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Skips a test where a program is missing that node.sh needs.</summary>
    public static void Require(params string[] programs)
    {
        foreach (var program in programs)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, "--version") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
                process.WaitForExit();
            }
            catch (Win32Exception)
            {
                Assert.Skip($"node.sh is not tried out: {program} is not installed.");
            }
        }
    }

    // A port that is free may be taken before it is used; then another one is.
    private static (HttpListener Listener, string Address) Listen()
    {
        for (var left = 10; ; left--)
        {
            int port;
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                port = ((IPEndPoint)free.LocalEndpoint).Port;
            }

            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, $"http://127.0.0.1:{port}");
            }
            catch (HttpListenerException) when (left > 0)
            {
                listener.Close();
            }
        }
    }

    private void Stub(string name, string script)
    {
        File.WriteAllText(At($"bin/{name}"), $"#!/bin/bash\necho \"{name} $*\" >>\"$KV_ROOT/calls\"\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At($"bin/{name}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var mayRead = context.Request.Headers["Authorization"] == "Bearer token";
        var (status, body) = path switch
        {
            "/readyz" => (WasRestarted ? Ready.After : Ready.Before, "ok\n"),
            "/v1/status" => (200, $"{{\"peers\":[{string.Join(',', Connected.Select(static each => $"{{\"connected\":{(each ? "true" : "false")}}}"))}]}}"),
            "/metadata/identity/oauth2/token" => (context.Request.Headers["Metadata"] == "true" ? 200 : 400, "{\"access_token\":\"token\"}"),
            "/secrets/node-key" when !mayRead => (401, "{}"),
            "/secrets/node-key" when context.Request.HttpMethod == "PUT" => (200, Store(context)),
            "/secrets/node-key" => VaultStatus is { } other ? (other, "{}") : Secrets.TryGetValue("node-key", out var document) ? (200, document) : (404, "{}"),
            _ => (404, "{}"),
        };
        context.Response.StatusCode = status;
        context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
    }

    private string Store(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        return Secrets["node-key"] = reader.ReadToEnd();
    }
}
