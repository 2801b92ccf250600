namespace KvStore.Client.Exchanges;

/// <summary>How far an answer goes that is made of several.</summary>
internal enum Completeness
{
    /// <summary>Nothing is open.</summary>
    Whole,

    /// <summary>Parts of it were not carried out, and may be if they are sent again.</summary>
    Partial,

    /// <summary>Nobody knows of a part whether it was carried out.</summary>
    InDoubt,
}
