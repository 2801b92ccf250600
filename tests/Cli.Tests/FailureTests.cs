using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KvStore.Cli.Tests;

/// <summary>Exit codes, and that every error says what to do next.</summary>
public sealed class FailureTests(Kv kv) : IClassFixture<Kv>
{
    [Theory]
    [InlineData("put")]
    [InlineData("nonsense")]
    [InlineData("get", "key", "-o", "xml")]
    [InlineData("get", "key", "--nonsense")]
    [InlineData("slice", "key", "one")]
    [InlineData("list", "--limit", "0")]
    [InlineData("get", "")]
    [InlineData("get", "key", "--url", "nonsense")]
    [InlineData("get", "key", "--url", "ftp://127.0.0.1/")]
    [InlineData("get", "key", "--timeout", "0")]
    [InlineData("dev", "--replicas", "many")]
    public async Task A_wrong_command_line_ends_with_2(params string[] args)
    {
        var run = await kv.Run(args);
        Assert.Equal(2, run.ExitCode);
        SaysWhatToDo(run);
    }

    [Fact]
    public async Task No_gateway_there_ends_with_1()
    {
        var port = FreePort();
        var run = await kv.Run("get", "key", "--url", $"http://127.0.0.1:{port}");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("kv dev", run.Error, StringComparison.Ordinal);
        SaysWhatToDo(run);
    }

    [Fact]
    public async Task What_the_gateway_refuses_ends_with_1_and_its_code()
    {
        var run = await kv.Run("put", new string('k', 1025), "x");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("key-too-long", run.Error, StringComparison.Ordinal);
        SaysWhatToDo(run);
        Assert.Equal(1, (await kv.Run("put", "key", "@/no/such/file")).ExitCode);
    }

    [Theory]
    [InlineData("401 Unauthorized", "application/problem+json", "nonce-stale", "not-applied", 5)]
    [InlineData("403 Forbidden", "application/problem+json", "client-not-admitted", "not-applied", 5)]
    [InlineData("503 Service Unavailable", "application/problem+json", "busy", "not-applied", 7)]
    [InlineData("503 Service Unavailable", "application/problem+json", "no-quorum", "unknown", 8)]
    [InlineData("504 Gateway Timeout", "application/problem+json", "outcome-unknown", "unknown", 8)]
    [InlineData("504 Gateway Timeout", "application/problem+json", "outcome-unknown", "not-applied", 7)]
    [InlineData("502 Bad Gateway", "text/html", "nothing", "nothing", 8)]
    [InlineData("404 Not Found", "application/problem+json", "unknown-path", "not-applied", 1)]
    public async Task Each_outcome_has_its_exit_code(string status, string contentType, string code, string outcome, int exitCode)
    {
        var body = $$"""{"type":"/problems/{{code}}","title":"A title.","status":1,"detail":"A detail.","code":"{{code}}","retryable":true,"outcome":"{{outcome}}"}""";
        var head = $"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        var run = await AgainstAnswer(head + body, "put", "key", "x");
        Assert.Equal(exitCode, run.ExitCode);
        SaysWhatToDo(run);
    }

    [Theory]
    [InlineData(8, "put", "key", "x")]
    [InlineData(8, "delete", "key")]
    [InlineData(1, "get", "key")]
    public async Task A_connection_that_breaks_leaves_the_outcome_of_a_write_unknown(int exitCode, params string[] args)
    {
        var run = await AgainstAnswer("", args);
        Assert.Equal(exitCode, run.ExitCode);
        SaysWhatToDo(run);
    }

    [Theory]
    [InlineData(8, "put", "key", "x")]
    [InlineData(7, "get", "key")]
    public async Task No_answer_in_time_leaves_the_outcome_of_a_write_unknown(int exitCode, params string[] args)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var run = await kv.Run([.. args, "--timeout", "1", "--url", $"http://{silent.LocalEndpoint}"]);
        Assert.Equal(exitCode, run.ExitCode);
        SaysWhatToDo(run);
    }

    [Fact]
    public async Task Without_a_quorum_it_ends_with_7()
    {
        var own = new Kv();
        await own.InitializeAsync();
        using var http = new HttpClient { BaseAddress = own.Address };
        foreach (var replica in (int[])[1, 2])
        {
            using var fault = new StringContent($$"""{"replica":{{replica}},"action":"stop"}""");
            using var response = await http.PostAsync("/v1/dev/faults", fault, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        foreach (var args in (string[][])[["put", "key", "x"], ["get", "key"], ["list"], ["status"]])
        {
            var run = await own.Run(args);
            Assert.Equal(7, run.ExitCode);
            SaysWhatToDo(run);
        }

        await own.DisposeAsync();
    }

    // The first line says what went wrong, the second what to do.
    private static void SaysWhatToDo(Run run)
    {
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("kv: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("    ", lines[1], StringComparison.Ordinal);
    }

    private async Task<Run> AgainstAnswer(string answer, params string[] args)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answering = Answer(server, answer);
        var run = await kv.Run([.. args, "--url", $"http://{server.LocalEndpoint}"]);
        await answering;
        return run;
    }

    private static async Task Answer(TcpListener server, string answer)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await server.AcceptTcpClientAsync(cancel);
        server.Stop(); // An HTTP client may try a read again by itself, and must not wait for a second answer.
        await using var stream = client.GetStream();
        var request = new StringBuilder();
        var buffer = new byte[4096];
        while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            request.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, cancel)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancel);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
