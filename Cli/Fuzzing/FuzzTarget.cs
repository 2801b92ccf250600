namespace KvStore.Cli.Fuzzing;

/// <summary>What a decoder did with an input that breaks a promise, although it threw nothing.</summary>
internal sealed class FuzzFailure(string what) : Exception(what);

/// <summary>A decoder that takes bytes from outside, as something to be fuzzed.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Seeds">Good inputs, from which others are made.</param>
/// <param name="Words">Pieces of its language, where it has one.</param>
/// <param name="Take">
/// Hands the decoder an input; says whether it took it. What the decoder documents as its way to refuse is caught here; every other exception is a failure.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, IReadOnlyList<string> Words, Func<byte[], bool> Take)
{
    /// <summary>A target whose inputs have one form only: what is decoded must encode to the same bytes again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="seeds">Good inputs.</param>
    /// <param name="again">Decodes and encodes again; null when the input is refused.</param>
    public static FuzzTarget Canonical(string name, IReadOnlyList<byte[]> seeds, Func<byte[], byte[]?> again) => new(name, seeds, [], input =>
    {
        if (again(input) is not { } encoded) return false;
        return encoded.AsSpan().SequenceEqual(input) ? true : throw new FuzzFailure($"It has two encodings: {Convert.ToHexStringLower(encoded)} is the other.");
    });
}
