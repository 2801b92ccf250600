namespace KvStore.Storage.Tables;

/// <summary>The names of a disk's files, and what was done to them since they were made durable last.</summary>
internal sealed class TableNames
{
    private readonly SortedDictionary<string, TableFile> _files = new(StringComparer.Ordinal);

    // Each step, oldest first: files, and the names that they have afterwards; null for none. A step is never done in part.
    private readonly List<IReadOnlyList<(TableFile File, string? Name)>> _steps = [];

    public IReadOnlyList<string> Names => [.. _files.Keys];

    public bool IsWaiting => _steps.Count > 0;

    public TableFile Find(string name) => _files.TryGetValue(name, out var file) ? file : throw new FileNotFoundException("There is no such file on this disk.", name);

    public TableFile? TryFind(string name) => _files.GetValueOrDefault(name);

    /// <summary>A file whose row is there.</summary>
    public void Load(TableFile file) => _files.Add(file.RowName, file);

    public void Create(string name, TableFile file)
    {
        _files.Add(name, file);
        _steps.Add([(file, name)]);
    }

    public void Rename(string from, string to)
    {
        var file = Find(from);
        if (string.Equals(from, to, StringComparison.Ordinal)) return;
        _files.Remove(from);
        _steps.Add(_files.TryGetValue(to, out var replaced) ? [(replaced, null), (file, to)] : [(file, to)]);
        _files[to] = file;
    }

    public void Delete(string name)
    {
        _steps.Add([(Find(name), null)]);
        _files.Remove(name);
    }

    /// <summary>The oldest steps that fit one commit: the names that their files have afterwards.</summary>
    /// <param name="rowsMax">How many rows may be changed.</param>
    /// <param name="steps">How many steps these are.</param>
    public IReadOnlyList<(TableFile File, string? Name)> Oldest(int rowsMax, out int steps)
    {
        var after = new SortedDictionary<ulong, (TableFile File, string? Name)>();
        for (steps = 0; steps < _steps.Count && after.Count + _steps[steps].Count <= rowsMax; steps++)
        {
            foreach (var (file, name) in _steps[steps]) after[file.Id] = (file, name);
        }

        return [.. after.Values];
    }

    /// <summary>These steps are durable.</summary>
    public void Done(int steps) => _steps.RemoveRange(0, steps);
}
