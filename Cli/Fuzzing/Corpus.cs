namespace KvStore.Cli.Fuzzing;

/// <summary>
/// Inputs that are kept in the repository: the golden vectors of docs/wire.md, and for each target those that once broke something (Corpus/TARGET.txt). Lines of
/// <c>name = hex</c>.
/// </summary>
internal static class Corpus
{
    private const string GoldenVectors = "wire.txt";

    /// <summary>The golden vectors whose names begin so.</summary>
    public static IReadOnlyList<byte[]> Golden(string prefix) => [.. Lines(GoldenVectors).Where(line => line.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line.Bytes)];

    /// <summary>What is kept for a target.</summary>
    public static IReadOnlyList<byte[]> Kept(string target) => [.. Lines($"{target}.txt").Select(line => line.Bytes)];

    private static IEnumerable<(string Name, byte[] Bytes)> Lines(string file)
    {
        using var stream = typeof(Corpus).Assembly.GetManifestResourceStream($"corpus/{file}");
        if (stream is null) yield break;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(" = ", 2);
            if (parts.Length == 2) yield return (parts[0], Convert.FromHexString(parts[1]));
        }
    }
}
