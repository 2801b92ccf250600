using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Makes a client's signed requests: sessions with increasing counters, and now and then a nonce or a life that is wrong on purpose.</summary>
internal sealed class RequestMaker(World world, int client, DeterministicRandom random)
{
    private const ulong Second = 1000;
    private const ulong FarAheadSeconds = 1000;
    private const ulong BigJump = 2000;

    private readonly ulong _lifeSeconds = (ulong)world.Settings.RequestLifeSeconds;
    private readonly PublicKey _key = KeyedHash.KeyOf($"client {client}");
    private ulong _session = 1;
    private ulong _counter;

    /// <summary>A request as a good client makes it.</summary>
    public VerifiedRequest Ordinary(Intent intent) => Make(intent, Next(), ahead: 0, _lifeSeconds);

    /// <summary>A request that lives a second or two.</summary>
    public VerifiedRequest ShortLived(Intent intent) => Make(intent, Next(), ahead: 0, (ulong)random.Between(0, 3));

    /// <summary>A request from a clock far in the future.</summary>
    public VerifiedRequest FarAhead(Intent intent) => Make(intent, Next(), FarAheadSeconds, _lifeSeconds);

    /// <summary>Another content under a nonce that is in use.</summary>
    public VerifiedRequest Conflicting(Intent intent, Request used) => Make(intent, used.Nonce, ahead: 0, _lifeSeconds);

    /// <summary>A new session from here on.</summary>
    public void OpenSession()
    {
        _session++;
        _counter = 0;
    }

    /// <summary>The counter jumps so far that everything before leaves the window.</summary>
    public void Jump() => _counter += BigJump;

    private Nonce Next() => new(new SessionId(_session), ++_counter);

    private VerifiedRequest Make(Intent intent, Nonce nonce, ulong ahead, ulong life)
    {
        var created = ((ulong)(World.Epoch + world.Queue.Now) / Second + ahead) * Second;
        Request Signed(Signature signature) => new()
        {
            Client = _key,
            Nonce = nonce,
            Created = new Timestamp(created),
            Expires = new Timestamp(created + life * Second),
            Operation = intent.ToOperation(),
            Signature = signature,
        };
        var request = Signed(KeyedHash.Sign(_key, SignatureBase.Of(Signed(default), world.Genesis.Cluster)));
        Invariant.Holds(world.Shards[0].Verifier.TryVerify(request, out var verified));
        return verified;
    }
}
