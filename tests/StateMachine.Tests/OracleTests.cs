using FsCheck;
using FsCheck.Fluent;

namespace KvStore.StateMachine.Tests;

public class OracleTests
{
    [Fact]
    public void Any_sequence_of_batches_gives_what_the_oracle_says() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(RandomBatches.Any, batches =>
        {
            var shard = RandomBatches.NewShard();
            var oracle = new Oracle(RandomBatches.Limits);
            foreach (var (seconds, requests) in RandomBatches.Timed(batches))
            {
                oracle.BeginBatch(Requests.At(seconds));
                var outcomes = shard.Execute(seconds, requests).Outcomes;
                for (var i = 0; i < requests.Length; i++)
                {
                    var (result, replayed) = oracle.Execute(requests[i]);
                    Assert.Equal(Convert.ToHexString(result.ToBytes()), Convert.ToHexString(outcomes[i].Result.ToBytes()));
                    Assert.Equal(replayed, outcomes[i].Replayed);
                    Assert.Equal(requests[i].DigestFor(Requests.Cluster), outcomes[i].Request);
                }

                Assert.Equal(oracle.Values.Count, shard.State.KeyCount);
                Assert.Equal(oracle.SessionCount, shard.State.SessionCount);
            }
        }));

    [Fact]
    public void The_random_sequences_meet_every_way_in_which_a_request_can_end()
    {
        var met = new SortedSet<string>();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(RandomBatches.Any, batches =>
        {
            var shard = RandomBatches.NewShard();
            foreach (var (seconds, requests) in RandomBatches.Timed(batches))
            {
                foreach (var outcome in shard.Execute(seconds, requests).Outcomes) met.Add(outcome.Replayed ? "Replayed" : outcome.Result.Code.ToString());
            }
        }));
        var unmet = Enum.GetNames<ResultCode>().Append("Replayed").Except(met).Order();
        Assert.Equal(["NotModified", "Unauthorized"], unmet);
    }
}
