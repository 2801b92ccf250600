using KvStore.Client;
using KvStore.Protocol;

namespace KvStore.Cli.Connecting;

/// <summary>A client, and the key that it signs with. Turns every way in which it can fail into a <see cref="Failure"/>.</summary>
internal sealed class Connection(KvClient client, Ed25519PrivateKey? key) : IDisposable
{
    /// <summary>Asks for something.</summary>
    /// <exception cref="Failure">It could not be had.</exception>
    public async Task<T> AskAsync<T>(Func<KvClient, Task<T>> ask)
    {
        try
        {
            return await ask(client);
        }
        catch (KvException exception)
        {
            throw ClientFailures.Of(exception);
        }
    }

    /// <summary>Asks for a sequence.</summary>
    /// <exception cref="Failure">It, or a part of it, could not be had.</exception>
    public async IAsyncEnumerable<T> AskAllAsync<T>(Func<KvClient, IAsyncEnumerable<T>> ask)
    {
        await using var items = ask(client).GetAsyncEnumerator();
        while (await AskAsync(_ => items.MoveNextAsync().AsTask())) yield return items.Current;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        key?.Dispose();
    }
}
