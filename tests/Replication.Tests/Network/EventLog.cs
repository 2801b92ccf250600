using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Tests.Network;

/// <summary>Collects what the products log, and wakes those who wait for a fact: this is how a test knows that something has happened.</summary>
internal sealed class EventLog : ILoggerFactory, ILogger
{
    private static readonly TimeSpan FailureBound = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly List<(Func<Entry, bool> Matches, TaskCompletionSource<Entry> Done)> _waiting = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Nobody adds providers.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var values = state is IReadOnlyList<KeyValuePair<string, object?>> pairs ? pairs.ToDictionary(pair => pair.Key, pair => pair.Value) : [];
        var entry = new Entry(eventId.Id, values, formatter(state, exception));
        List<TaskCompletionSource<Entry>> woken;
        lock (_gate)
        {
            _entries.Add(entry);
            woken = [.. _waiting.Where(each => each.Matches(entry)).Select(each => each.Done)];
            _waiting.RemoveAll(each => woken.Contains(each.Done));
        }

        foreach (var done in woken) done.TrySetResult(entry);
    }

    public void Dispose()
    {
    }

    /// <summary>The first entry with this id and these values, of those that are there already or come.</summary>
    public async Task<Entry> Until(int id, params (string Name, object Value)[] values)
    {
        bool Matches(Entry entry) => entry.Id == id && values.All(value => value.Value.Equals(entry.Values.GetValueOrDefault(value.Name)));
        var done = new TaskCompletionSource<Entry>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_entries.Find(Matches) is { } found) return found;
            _waiting.Add((Matches, done));
        }

        try
        {
            return await done.Task.WaitAsync(FailureBound, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException late)
        {
            lock (_gate) throw new TimeoutException($"No event {id} {string.Join(' ', values)} in:\n{string.Join('\n', _entries.Where(entry => entry.Id > 1000).Select(entry => $"{entry.Id} {entry.Text}"))}", late);
        }
    }

    /// <summary>Forgets the entries so far, so that only new ones are waited for.</summary>
    public void Clear()
    {
        lock (_gate) _entries.Clear();
    }

    /// <summary>One entry.</summary>
    internal sealed record Entry(int Id, IReadOnlyDictionary<string, object?> Values, string Text);
}
