using System.Diagnostics;
using KvStore.Protocol;

namespace KvStore.Cli.Bench.Measuring;

/// <summary>
/// V: how many signatures of requests the machine can verify in a second on all its cores, by the same library and code as the replicas. It is the yardstick
/// of a throughput: a service that executes signed requests has to verify each at least once, so V is more than any can reach.
/// </summary>
internal static class VerificationRate
{
    private const int MessageBytes = 600; // About the signature base of a put.
    private const int Messages = 64;
    private const int BatchSize = 32;

    /// <summary>Measures for about the time given.</summary>
    public static async Task<double> MeasureAsync(TimeSpan time, CancellationToken cancel)
    {
        var threads = Enumerable.Range(0, Environment.ProcessorCount)
            .Select(_ => Task.Factory.StartNew(() => VerifyFor(time, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        return (await Task.WhenAll(threads)).Sum();
    }

    private static double VerifyFor(TimeSpan time, CancellationToken cancel)
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        System.Security.Cryptography.RandomNumberGenerator.Fill(seed);
        using var key = new Ed25519PrivateKey(seed);
        var messages = Enumerable.Range(0, Messages).Select(_ => System.Security.Cryptography.RandomNumberGenerator.GetBytes(MessageBytes)).ToArray();
        var signatures = messages.Select(message => key.Sign(message)).ToArray();
        var watch = Stopwatch.StartNew();
        long verified = 0;
        while (watch.Elapsed < time && !cancel.IsCancellationRequested)
        {
            for (var i = 0; i < BatchSize; i++, verified++)
            {
                var at = (int)(verified % Messages);
                Invariant.Holds(Ed25519.Instance.Verify(key.PublicKey, messages[at], signatures[at]));
            }
        }

        return verified / watch.Elapsed.TotalSeconds;
    }
}
