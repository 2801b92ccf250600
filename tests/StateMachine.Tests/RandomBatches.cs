using FsCheck;
using FsCheck.Fluent;
using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

/// <summary>One request of a random sequence: few keys, clients, sessions and counters, so that they meet.</summary>
public sealed record RandomRequest(int Kind, int Key, int Client, int Session, int Counter, int Expires, int Revision, int Text, int[] Steps)
{
    private const int CounterStep = 256; // The fourth counter on has the same place in the window, and the one it follows has left it.

    internal Request ToRequest(double now) => Request(
        ToOperation(),
        (ulong)(Counter * CounterStep),
        (ulong)Session,
        KvStore.StateMachine.Tests.Requests.Client(Client),
        Math.Floor(now) + Expires);

    private Operation ToOperation()
    {
        var key = KeyOf(Key);
        var text = TextOf(Text);
        return Kind switch
        {
            0 or 1 => Put(key, text),
            2 => Put(key, text, (OperationHeader.IfNoneMatch, "*")),
            3 => Put(key, text, (OperationHeader.IfMatch, $"\"r{Revision}\", \"r{Revision + 1}\"")),
            4 or 5 => Append(key, text),
            6 => Append(key, text, (OperationHeader.KvIfLength, $"{Revision}")),
            7 => KeepSlice(key, $"{{\"start\":{Text % 5},\"end\":{Text}}}"),
            8 => Delete(key),
            9 => Delete(key, (OperationHeader.IfMatch, "*")),
            10 => Get(key, (OperationHeader.Range, $"bytes={Text}-")),
            11 => Get(key),
            12 => List($"?prefix=key&limit={Text + 1}"),
            13 => Operation(OperationMethod.Put, "/v1/kv/" + key, $"?ttl={Text + 1}", text),
            14 or 15 => PostTransaction($$"""{"if":[{{Comparison}}],"then":[{{Some(0)}}],"else":[{{Some(1)}}]}"""),
            16 => PostBatch($$"""{"operations":[{{Some(0)}}]}"""),
            _ => Put(key, text, (OperationHeader.IfMatch, "nonsense")),
        };
    }

    private string Comparison => (Text % 4) switch
    {
        0 => $$"""{"key":"{{KeyOf(Key)}}","exists":true}""",
        1 => $$"""{"key":"{{KeyOf(Key)}}","revision":{{Revision}}}""",
        2 => $$"""{"key":"{{KeyOf(Key)}}","exists":true,"value":"{{TextOf(Text)}}"}""",
        _ => "",
    };

    // A branch must not be empty where the other one is, and an operation may name a revision only in a batch.
    private string Some(int parity) => string.Join(',', Steps.Select((number, i) => (number, i)).Where(each => Kind == 16 || each.i % 2 == parity).Select(each => StepOf(each.number)));

    private string StepOf(int number)
    {
        var (kind, key, text) = (number % 8, KeyOf(number / 8 % 7 % (Kind == 16 || number % 5 == 0 ? 7 : 6)), TextOf(number / 56 % 13));
        var condition = Kind == 16 && number % 3 == 0 ? $",\"ifRevision\":{number / 56 % 13}" : "";
        return kind switch
        {
            0 => $$"""{"op":"put","key":"{{key}}","value":"{{text}}"{{condition}}}""",
            1 => $$"""{"op":"put","key":"{{key}}","value":"{{text}}","ttl":{{number % 7 + 1}}{{condition}}}""",
            2 or 3 => $$"""{"op":"append","key":"{{key}}","value":"{{text}}"{{condition}}}""",
            4 => $$"""{"op":"append","key":"{{key}}","value":"x","ifLength":{{text.Length}}{{condition}}}""",
            5 => $$"""{"op":"slice","key":"{{key}}","start":{{number % 3}},"end":{{text.Length}}{{condition}}}""",
            6 => $$"""{"op":"delete","key":"{{key}}"{{condition}}}""",
            _ => $$"""{"op":"get","key":"{{key}}"{{condition}}}""",
        };
    }

    private static string KeyOf(int number) => number == RandomBatches.KeyElsewhere ? "key/{there}" : $"key/{{here}}{number}";

    private static string TextOf(int number) => new((char)('a' + number % 26), number);
}

/// <summary>A batch of a random sequence.</summary>
public sealed record RandomBatch(int SecondsLater, RandomRequest[] Requests);

internal static class RandomBatches
{
    public static readonly StateLimits Limits = new() { ValueBytesMax = 15, SessionsPerClientMax = 2, SessionsMax = 4 };

    /// <summary>The number of the key that belongs to another shard.</summary>
    public const int KeyElsewhere = 6;

    /// <summary>The shard that the sequences are for.</summary>
    public static readonly ShardPartition Partition = new(new ShardMap(2), new ShardMap(2).ShardOf("here"u8));

    /// <summary>A state machine for the sequences.</summary>
    public static Shard NewShard() => new(Limits, partition: Partition);

    public static Arbitrary<RandomBatch[]> Any =>
        (from later in Gen.Choose(-2, 6)
         from requests in Request.ArrayOf()
         select new RandomBatch(later, [.. requests.Take(12)])).ArrayOf().ToArbitrary();

    private static Gen<RandomRequest> Request =>
        from kind in Gen.Choose(0, 17)
        from key in Gen.Choose(0, KeyElsewhere)
        from client in Gen.Choose(1, 3)
        from session in Gen.Choose(0, 2)
        from counter in Gen.Choose(0, 9)
        from expires in Gen.Choose(0, 12)
        from revision in Gen.Choose(0, 20)
        from text in Gen.Choose(0, 12)
        from steps in Gen.Choose(0, 9_999).ArrayOf(5)
        select new RandomRequest(kind, key, client, session, counter, expires, revision, text, steps);

    /// <summary>The requests of each batch with its time in seconds; every third request is one that was made before.</summary>
    public static IEnumerable<(double Seconds, Request[] Requests)> Timed(RandomBatch[] batches)
    {
        var now = 0.0;
        var earlier = new List<Request>();
        foreach (var batch in batches)
        {
            now = Math.Max(0, now + batch.SecondsLater);
            var requests = new List<Request>();
            foreach (var random in batch.Requests)
            {
                var again = random.Text % 3 == 0 && earlier.Count > 0;
                requests.Add(again ? earlier[random.Revision % earlier.Count] : random.ToRequest(now));
                earlier.Add(requests[^1]);
            }

            yield return (now, [.. requests]);
        }
    }
}
