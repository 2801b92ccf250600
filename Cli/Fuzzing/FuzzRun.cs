using System.Text;
using KvStore.Simulator;

namespace KvStore.Cli.Fuzzing;

/// <summary>An input that broke something.</summary>
/// <param name="Target">The decoder.</param>
/// <param name="Number">Which input of its run it was, from 1 on.</param>
/// <param name="Input">The input.</param>
/// <param name="What">What happened.</param>
internal sealed record Finding(string Target, long Number, byte[] Input, string What);

/// <summary>
/// The inputs of one target under one seed: number n is the same in every run, however the targets take turns. What a decoder takes is kept to make others of,
/// a bounded number of them.
/// </summary>
internal sealed class FuzzRun
{
    // What decoding may allocate: canonical decoders reserve no more than the input is long, and those of text and files some buffers beside it.
    private const long AllocatedBytesMax = 16 * 1024 * 1024;
    private const long AllocatedPerInputByteMax = 4096;
    private const int PoolMax = 512;

    private readonly FuzzTarget _target;
    private readonly DeterministicRandom _random;
    private readonly Mutator _mutator;
    private readonly List<byte[]> _pool;
    private readonly int _seeds;

    public FuzzRun(FuzzTarget target, ulong seed)
    {
        _target = target;
        _random = new DeterministicRandom(seed ^ HashOf(target.Name));
        _mutator = new Mutator(_random, target.Words);
        _pool = [.. target.Seeds, .. Corpus.Kept(target.Name)];
        _seeds = _pool.Count;
    }

    /// <summary>The target's name.</summary>
    public string Name => _target.Name;

    /// <summary>How many inputs it was given.</summary>
    public long Inputs { get; private set; }

    /// <summary>How many of them it took.</summary>
    public long Taken { get; private set; }

    /// <summary>The input that is being decoded: what a watcher names when it takes too long.</summary>
    public byte[] Current { get; private set; } = [];

    /// <summary>Makes the next input and hands it over: first those that are kept, as they are.</summary>
    public Finding? Next()
    {
        var input = Inputs < _seeds ? _pool[(int)Inputs] : _mutator.Mutate(_random.Pick(_pool), _random.Pick(_pool));
        Inputs++;
        return Try(input);
    }

    /// <summary>Hands over an input.</summary>
    public Finding? Try(byte[] input)
    {
        Current = input;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            if (_target.Take([.. input])) Keep(input);
        }
        catch (Exception broken)
        {
            return new Finding(Name, Inputs, input, broken.ToString());
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= AllocatedBytesMax + (AllocatedPerInputByteMax * input.Length) ? null : new Finding(Name, Inputs, input, $"It took {allocated} bytes of memory for {input.Length}.");
    }

    private void Keep(byte[] input)
    {
        Taken++;
        if (Inputs <= _seeds) return;
        if (_pool.Count < PoolMax) _pool.Add(input);
        else _pool[_seeds + _random.Below(PoolMax - _seeds)] = input;
    }

    // FNV-1a: targets under one seed draw different numbers, in every process the same.
    private static ulong HashOf(string name) => Encoding.ASCII.GetBytes(name).Aggregate(0xcbf29ce484222325, (hash, each) => unchecked((hash ^ each) * 0x100000001b3));
}
