namespace KvStore.StateMachine.Tests;

public class MapProofTests
{
    private static readonly (AuthenticatedMap Map, SortedDictionary<Digest, MapRecord> Records) _sample = ReferenceMap.Numbered(300);

    [Fact]
    public void Every_record_is_proven_and_no_other_digest_is()
    {
        var root = _sample.Map.Root;
        foreach (var (path, record) in _sample.Records)
        {
            var proof = RoundTrip(_sample.Map.Prove(path));
            Assert.True(proof.ClaimsPresence);
            Assert.True(proof.Verify(root, path, record.Digest));
            Assert.False(proof.Verify(root, path, Digest.Of("other"u8)));
            Assert.False(proof.Verify(root, path, null));
            Assert.False(proof.Verify(Digest.Of("other"u8), path, record.Digest));
        }
    }

    [Fact]
    public void Absence_is_proven_and_only_of_what_is_absent()
    {
        var root = _sample.Map.Root;
        for (var i = 0; i < 300; i++)
        {
            var absent = ReferenceMap.Record($"absent-{i}", "");
            var proof = RoundTrip(_sample.Map.Prove(absent.Path));
            Assert.False(proof.ClaimsPresence);
            Assert.True(proof.Verify(root, absent.Path, null));
            Assert.False(proof.Verify(root, absent.Path, absent.Digest));
            Assert.All(_sample.Records.Keys, path => Assert.False(proof.Verify(root, path, null)));
        }
    }

    [Fact]
    public void The_empty_map_and_a_map_of_one_prove_absence()
    {
        var path = Digest.Of("somewhere"u8);
        Assert.True(RoundTrip(AuthenticatedMap.Empty.Prove(path)).Verify(Digest.Zero, path, null));
        var one = AuthenticatedMap.Empty.Set(ReferenceMap.Record("k", "v"));
        Assert.True(RoundTrip(one.Prove(path)).Verify(one.Root, path, null));
    }

    [Theory]
    [InlineData("key-17")]
    [InlineData("absent-4")]
    public void A_proof_with_any_bit_changed_is_refused(string key)
    {
        var record = ReferenceMap.Record(key, "");
        Digest? digest = _sample.Map.TryGet(record.Path, out var found) ? found.Digest : null;
        var bytes = Bytes(_sample.Map.Prove(record.Path));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var reader = new CanonicalReader(changed);
            var proof = MapProof.Decode(ref reader);
            Assert.False(reader.Complete && proof.Verify(_sample.Map.Root, record.Path, digest), $"bit {bit}");
        }
    }

    [Fact]
    public void A_proof_that_is_cut_short_or_deeper_than_a_path_is_malformed()
    {
        var bytes = Bytes(_sample.Map.Prove(ReferenceMap.Record("key-1", "").Path));
        for (var length = 0; length < bytes.Length; length++) Assert.False(IsWellFormed(bytes[..length]));
        Assert.False(IsWellFormed([.. bytes, 0]));

        var writer = new CanonicalWriter();
        writer.Byte(0);
        writer.Count(257);
        for (var i = 0; i < 257; i++) writer.Digest(Digest.Zero);
        Assert.False(IsWellFormed(writer.ToArray()));
    }

    private static bool IsWellFormed(byte[] bytes)
    {
        var reader = new CanonicalReader(bytes);
        _ = MapProof.Decode(ref reader);
        return reader.Complete;
    }

    private static byte[] Bytes(MapProof proof)
    {
        var writer = new CanonicalWriter();
        proof.Encode(writer);
        return writer.ToArray();
    }

    private static MapProof RoundTrip(MapProof proof)
    {
        var bytes = Bytes(proof);
        var reader = new CanonicalReader(bytes);
        var decoded = MapProof.Decode(ref reader);
        Assert.True(reader.Complete);
        Assert.Equal(bytes, Bytes(decoded));
        return decoded;
    }
}
