namespace KvStore.StateMachine.Tests;

/// <summary>The map's root by its definition, computed anew each time: slow and obvious.</summary>
internal static class ReferenceMap
{
    public static Digest Root(SortedDictionary<Digest, MapRecord> records) => Root([.. records], 0);

    public static MapRecord Record(string key, string body) =>
        MapRecord.Create(System.Text.Encoding.UTF8.GetBytes(key), System.Text.Encoding.UTF8.GetBytes(body));

    /// <summary>A map of numbered records, and the same for the reference.</summary>
    public static (AuthenticatedMap Map, SortedDictionary<Digest, MapRecord> Records) Numbered(int count, int bodyBytes = 20)
    {
        var builder = AuthenticatedMap.Empty.ToBuilder();
        var records = new SortedDictionary<Digest, MapRecord>();
        for (var i = 0; i < count; i++)
        {
            var record = Record($"key-{i}", new string((char)('a' + i % 26), bodyBytes));
            builder.Set(record.Path, record);
            records[record.Path] = record;
        }

        return (builder.ToImmutable(), records);
    }

    private static Digest Root(KeyValuePair<Digest, MapRecord>[] records, int depth)
    {
        if (records.Length == 0) return Digest.Zero;
        if (records.Length == 1) return Hash([0, .. records[0].Key.ToArray(), .. Hash(records[0].Value.Bytes.ToArray()).ToArray()]);
        var left = Root([.. records.Where(r => r.Key.Bit(depth) == 0)], depth + 1);
        var right = Root([.. records.Where(r => r.Key.Bit(depth) == 1)], depth + 1);
        return Hash([1, .. left.ToArray(), .. right.ToArray()]);
    }

    private static Digest Hash(byte[] bytes) => Digest.Of(bytes);
}
