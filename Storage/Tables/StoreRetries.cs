namespace KvStore.Storage.Tables;

/// <summary>Sends requests again that can't be done twice: they read, or the version that they rest on is gone once they are done.</summary>
internal sealed class StoreRetries(TableDiskOptions options)
{
    /// <summary>Does it until there is an answer.</summary>
    /// <param name="what">What is done, for people.</param>
    /// <param name="attempt">Does it; is told how often it was tried before.</param>
    /// <exception cref="DiskFailedException">There is no answer, or the service refuses for good.</exception>
    public TResult Do<TResult>(string what, Func<int, TResult> attempt)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return attempt(tries);
            }
            catch (StoreUnavailableException failure) when (tries + 1 < options.TriesMax)
            {
                options.Wait(PauseBefore(tries + 1, failure.RetryAfter));
            }
            catch (StoreUnavailableException failure)
            {
                throw new DiskFailedException(
                    $"Can't {what}: {failure.Message} It was tried {tries + 1} times. What is durable is not known, so the replica stops before it says anything that rests on it. See whether the storage account can be reached and is not throttled, and start the replica again.", failure);
            }
            catch (StoreRefusedException failure)
            {
                throw new DiskFailedException(
                    $"Can't {what}: {failure.Message} The replica stops. See that its identity may read and write the table and the container, and that nothing else does, and start it again.", failure);
            }
        }
    }

    /// <summary>All rows from one key to another, page by page.</summary>
    public IEnumerable<TableRow> Query(ITableStore table, string first, string last, IReadOnlyList<string>? properties)
    {
        string? continuation = null;
        do
        {
            var from = continuation;
            var page = Do($"read {table.Name}", _ => table.Query(first, last, properties, from));
            foreach (var row in page.Rows) yield return row;
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    private TimeSpan PauseBefore(int tries, TimeSpan? asked)
    {
        var doubled = options.PauseFirst * Math.Pow(2, Math.Min(tries - 1, 16));
        var pause = asked > doubled ? asked.Value : doubled;
        return pause < options.PauseMax ? pause : options.PauseMax;
    }
}
