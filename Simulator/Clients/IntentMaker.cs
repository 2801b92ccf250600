using System.Text;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Draws what a client does next. What is written is unique, so that every read says whom it read.</summary>
internal sealed class IntentMaker
{
    private const int LonelyChance = 1500;
    private const int ContentTypeChance = 2000;
    private const int ListChance = 500;
    private const int SliceMax = 12;

    private readonly SwarmSettings _settings;
    private readonly KeySpace _keys;
    private readonly DeterministicRandom _random;
    private readonly StepsMaker _steps;
    private readonly Dictionary<string, (ulong Revision, string? Value)> _seen = [];
    private readonly int _client;
    private int _written;

    public IntentMaker(int client, SwarmSettings settings, KeySpace keys, DeterministicRandom random)
    {
        _client = client;
        _settings = settings;
        _keys = keys;
        _random = random;
        _steps = new StepsMaker(this, keys, random);
    }

    /// <summary>Something that is ordered.</summary>
    public Intent Ordered()
    {
        if (_random.Chance(_settings.TransactionChance)) return _steps.Transaction();
        if (_random.Chance(_settings.BatchChance)) return _steps.Batch();
        return _random.Chance(ListChance) ? List() : One(AnyKey);
    }

    /// <summary>An operation on one key of a kind that is drawn with it.</summary>
    public Intent One(Func<char, string> keyOf)
    {
        if (_random.Chance(_settings.TimeToLiveChance)) return Write(keyOf(KeySpace.Expiring));
        switch (_random.Below(10))
        {
            case 0: return new Intent(OperationKind.Get, keyOf(KeySpace.Register));
            case 1 or 2 or 3 or 4 or 5: return Write(keyOf(KeySpace.Register));
            case 6: return new Intent(OperationKind.Delete, keyOf(KeySpace.Register));
            case 7: return Append(keyOf(KeySpace.AppendOnly));
            case 8: return Append(keyOf(KeySpace.Text));
            default: return Slice(keyOf(KeySpace.Text));
        }
    }

    /// <summary>Something that is read without being ordered.</summary>
    public Intent Read()
    {
        if (_random.Chance(2000)) return List();
        return new Intent(OperationKind.Get, AnyKey(_random.Chance(2000) ? KeySpace.Text : _random.Chance(_settings.TimeToLiveChance) ? KeySpace.Expiring : KeySpace.Register));
    }

    /// <summary>A whole value under a register's key.</summary>
    public Intent Write(string key)
    {
        var seen = Seen(key);
        var kind = _random.Below(5) switch
        {
            0 or 1 => OperationKind.Put,
            2 => OperationKind.Create,
            _ => seen.Revision != 0 ? OperationKind.CompareAndSet : OperationKind.Put,
        };
        return new Intent(kind, key, Unique())
        {
            ContentType = _random.Chance(ContentTypeChance) ? "text/plain" : "",
            TimeToLive = key[0] == KeySpace.Expiring && _settings.TimeToLiveChance > 0 ? TimeToLive() : 0,
            IfRevision = kind == OperationKind.CompareAndSet ? seen.Revision : 0,
            Expected = kind == OperationKind.CompareAndSet ? seen.Value : null,
        };
    }

    public Intent Append(string key) => new(OperationKind.Append, key, Unique()) { IfLength = _random.Chance(500) ? _random.Between(0, SliceMax) : null };

    public Intent Slice(string key) => new(OperationKind.KeepSlice, key) { Start = _random.Between(0, SliceMax), End = _random.Between(0, SliceMax) };

    /// <summary>What the client last saw under a key; revision 0 when it knows of nothing.</summary>
    public (ulong Revision, string? Value) Seen(string key) => _seen.GetValueOrDefault(key);

    /// <summary>A text that nobody else writes.</summary>
    public string Unique() => $"c{_client}.{++_written};";

    /// <summary>Remembers what an answer says of a key, for later comparisons.</summary>
    public void OnAnswer(Intent intent, OperationResult result)
    {
        if (result.Code == ResultCode.NotFound) _seen.Remove(intent.Key);
        if (result.Code is not (ResultCode.Ok or ResultCode.Created)) return;
        if (intent.Kind == OperationKind.Get) _seen[intent.Key] = (result.KeyRevision, Encoding.ASCII.GetString(result.Value.Span));
        else if (intent.Kind is OperationKind.Put or OperationKind.Create or OperationKind.CompareAndSet) _seen[intent.Key] = (result.KeyRevision, intent.Value);
    }

    // Most expire while the run lasts.
    private int TimeToLive() => _random.Below(10) switch
    {
        < 7 => _random.Between(1, _settings.TimeToLiveMax),
        7 => 1_000_000,
        _ => 0,
    };

    private Intent List() => new(OperationKind.List, $"{_random.Pick<char>([KeySpace.Register, KeySpace.Text, KeySpace.Twin])}");

    private string AnyKey(char letter) => _random.Chance(LonelyChance)
        ? KeySpace.Lonely(letter, _random.Below(_keys.Members))
        : KeySpace.Key(letter, _random.Below(_keys.Members), _random.Pick(_keys.Tags));
}
