namespace KvStore.Storage.Tables;

/// <summary>
/// The rows of one partition of a table service, by key in ordinal order, as Azure Table Storage has them: changes of several rows are done all together or
/// not at all, and each may ask for the version (ETag) that it rests on. Any thread may use it.
/// </summary>
/// <remarks>
/// Every operation throws <see cref="StoreRefusedException"/> when the service said no: nothing was done. Any other failure is a
/// <see cref="StoreUnavailableException"/>: it was done, or it was not, or it will be when a delayed packet arrives.
/// </remarks>
public interface ITableStore
{
    /// <summary>Properties of a row hold at most so many bytes each.</summary>
    const int PropertyBytesMax = 64 * 1024;

    /// <summary>A row holds at most so many bytes, with the names of its properties.</summary>
    const int RowBytesMax = 1024 * 1024;

    /// <summary>So many rows may be changed together.</summary>
    const int ChangesMax = 100;

    /// <summary>The request that changes them may have so many bytes, in which bytes are written as base64.</summary>
    const int RequestBytesMax = 4 * 1024 * 1024;

    /// <summary>How people find the partition.</summary>
    string Name { get; }

    /// <summary>One row; null when it is not there.</summary>
    TableRow? Find(string key);

    /// <summary>Some rows from one key to another, both inclusive, and what to go on with.</summary>
    /// <param name="first">The first key.</param>
    /// <param name="last">The last key.</param>
    /// <param name="properties">The properties that are wanted; null for all.</param>
    /// <param name="continuation">What the page before gave; null for the first.</param>
    TablePage Query(string first, string last, IReadOnlyList<string>? properties, string? continuation);

    /// <summary>Makes all changes or none. Gives the new ETag of each row, null for one that was deleted.</summary>
    /// <param name="changes">At most <see cref="ChangesMax"/>, no two of one row, in at most <see cref="RequestBytesMax"/>.</param>
    IReadOnlyList<string?> Commit(IReadOnlyList<RowChange> changes);
}

/// <summary>Some rows.</summary>
/// <param name="Rows">In the order of their keys.</param>
/// <param name="Continuation">What to ask for the next page with; null when there is none.</param>
public sealed record TablePage(IReadOnlyList<TableRow> Rows, string? Continuation);

/// <summary>A row.</summary>
/// <param name="Key">Its key in the partition.</param>
/// <param name="Properties">Its properties: <see cref="string"/>, <see cref="long"/> or an array of bytes.</param>
/// <param name="ETag">The version that was read; empty for a row that is to be written.</param>
public sealed record TableRow(string Key, IReadOnlyDictionary<string, object> Properties, string ETag = "")
{
    /// <summary>A property; null when the row has none of this name and kind.</summary>
    public TValue? Find<TValue>(string property) => Properties.GetValueOrDefault(property) is TValue value ? value : default;
}

/// <summary>What is done with a row.</summary>
public enum RowChangeKind
{
    /// <summary>It is new; refused with 409 when it is there.</summary>
    Insert,

    /// <summary>It gets these properties and no others; refused with 404 when it is not there, with 412 when it is another version.</summary>
    Replace,

    /// <summary>It gets these properties besides those that it has; refused like <see cref="Replace"/>.</summary>
    Merge,

    /// <summary>It goes; refused like <see cref="Replace"/>.</summary>
    Delete,
}

/// <summary>One change of a row.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Row">The row; of one that is deleted only the key counts.</param>
/// <param name="IfMatch">The version that it must have; <see cref="AnyVersion"/> for any. Not asked of a new row.</param>
public sealed record RowChange(RowChangeKind Kind, TableRow Row, string IfMatch = RowChange.AnyVersion)
{
    /// <summary>Whatever version the row has.</summary>
    public const string AnyVersion = "*";
}
