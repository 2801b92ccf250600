using System.Text;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Replication.Tests.Setup;

/// <summary>What an operator hands to whoever puts the cluster together.</summary>
public sealed class EnrolmentTests : IDisposable
{
    private readonly SetupFolder _folder = new();
    private readonly Ed25519PrivateKey _key = new(SetupFolder.Seed(0));

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void An_enrolment_comes_back_from_its_file_and_proves_that_its_maker_has_the_key()
    {
        var made = Enrolment.Create(_key, "alpha", "alpha.example:7000", "https://alpha.example:443");
        made.Write(_folder["alpha.json"], overwrite: false);
        Assert.Equal(made, Enrolment.Read(_folder["alpha.json"]));
        Assert.Throws<SetupException>(() => made.Write(_folder["alpha.json"], overwrite: false));
    }

    [Theory]
    [InlineData("alpha.example:7000", "mallory.example:7000")]
    [InlineData("\"alpha\"", "\"beta\"")]
    [InlineData("https://alpha.example:443", "https://mallory.example:443")]
    [InlineData("kv-enrolment-1", "kv-enrolment-2")]
    [InlineData("\"name\"", "\"nick\"")]
    public void What_was_changed_afterwards_is_refused(string from, string to)
    {
        Enrolment.Create(_key, "alpha", "alpha.example:7000", "https://alpha.example:443").Write(_folder["alpha.json"], overwrite: false);
        var changed = File.ReadAllText(_folder["alpha.json"]).Replace(from, to, StringComparison.Ordinal);
        Assert.Throws<SetupException>(() => Enrolment.Parse(Encoding.UTF8.GetBytes(changed), "the file"));
    }

    [Fact]
    public void The_key_of_another_can_not_be_enrolled()
    {
        using var other = new Ed25519PrivateKey(SetupFolder.Seed(1));
        Enrolment.Create(_key, "alpha", "alpha.example:7000", "https://alpha.example:443").Write(_folder["alpha.json"], overwrite: false);
        var stolen = File.ReadAllText(_folder["alpha.json"]).Replace(SignatureBase.KeyName(_key.PublicKey), SignatureBase.KeyName(other.PublicKey), StringComparison.Ordinal);
        var wrong = Assert.Throws<SetupException>(() => Enrolment.Parse(Encoding.UTF8.GetBytes(stolen), "the file"));
        Assert.Contains("proof", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a:1", "http://a:2")]
    [InlineData("a b", "a:1", "http://a:2")]
    [InlineData("a", "a", "http://a:2")]
    [InlineData("a", "a:0", "http://a:2")]
    [InlineData("a", "a:70000", "http://a:2")]
    [InlineData("a", "::1:7000", "http://a:2")]
    [InlineData("a", "a:1", "a:2")]
    [InlineData("a", "a:1", "http://a:2/path")]
    [InlineData("a", "a:1", "http://user@a:2")]
    public void What_is_no_name_or_address_is_refused(string name, string peer, string client) =>
        Assert.Throws<SetupException>(() => Enrolment.Create(_key, name, peer, client));

    [Fact]
    public void An_address_may_be_one_of_six_bytes_pairs() => Enrolment.Create(_key, "a", "[::1]:7000", "http://[::1]:7001");
}
