using KvStore.Cli.Fuzzing;

namespace KvStore.Cli.Tests;

/// <summary><c>kv fuzz</c>: every decoder bears inputs that nobody would send, and a decoder that does not is found.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kv-fuzz-tests-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Every_decoder_bears_the_first_inputs_of_a_seed()
    {
        var run = await Fuzz("--seed", "1", "--inputs", "300");
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal("seed 1", run.Lines[0]);
        using var targets = new FuzzTargets();
        foreach (var target in targets.All)
        {
            // What nothing of is taken is not fuzzed: every input would end at the first check.
            var line = run.Lines.Single(each => each.StartsWith($"{target.Name} ", StringComparison.Ordinal));
            Assert.Matches(" 300 inputs, +[1-9][0-9]* taken", line);
        }
    }

    [Fact]
    public void Every_good_input_is_taken()
    {
        using var targets = new FuzzTargets();
        foreach (var target in targets.All)
        {
            Assert.NotEmpty(target.Seeds);
            foreach (var seed in target.Seeds) Assert.True(target.Name == "frame" || target.Take([.. seed]), $"{target.Name}: {Convert.ToHexStringLower(seed)}");
        }
    }

    [Fact]
    public void What_throws_is_found_written_down_and_found_again_by_its_seed()
    {
        var broken = new FuzzTarget("broken", ["a good one"u8.ToArray()], [], input => input.Contains((byte)0xff) ? throw new InvalidOperationException("as planted") : true);
        var output = Session(broken, seed: 7);
        Assert.Contains("as planted", output, StringComparison.Ordinal);
        var file = Assert.Single(Directory.GetFiles(_directory));
        Assert.Contains((byte)0xff, File.ReadAllBytes(file));
        Assert.Equal(output.Split('\n').First(line => line.StartsWith("broken, input", StringComparison.Ordinal)), Session(broken, seed: 7).Split('\n').First(line => line.StartsWith("broken, input", StringComparison.Ordinal)));
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void What_has_two_encodings_or_takes_too_much_memory_is_found()
    {
        Assert.Contains("two encodings", Session(FuzzTarget.Canonical("double", [[1, 2, 3]], static input => input.Length == 0 ? null : [1, .. input[1..]]), seed: 1), StringComparison.Ordinal);
        Assert.Contains("bytes of memory", Session(new FuzzTarget("greedy", [[1, 2, 3]], [], static input => input.Length < 3 && new byte[64 * 1024 * 1024].Length > 0), seed: 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_is_handed_over_again_by_its_file_and_unknown_targets_are_named()
    {
        var file = Path.Combine(_directory, "input.bin");
        await File.WriteAllBytesAsync(file, [7], TestContext.Current.CancellationToken);
        Assert.Equal("message: refused", (await Fuzz("--target", "message", "--replay", file)).Output.Trim());
        var wrong = await Kv.RunWith(new Surroundings(), "fuzz", "--target", "nothing");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("message", wrong.Error, StringComparison.Ordinal);
    }

    private Task<Run> Fuzz(params string[] args) => Kv.RunWith(new Surroundings(), ["fuzz", "--out", _directory, .. args]);

    private string Session(FuzzTarget target, ulong seed)
    {
        using var output = new StringWriter();
        Assert.False(new FuzzSession([new FuzzRun(target, seed)], seed, _directory, output).Run(null, 2000));
        return output.ToString();
    }
}
