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

                Assert.Equal(oracle.Values.Count, shard.View.KeyCount);
                Assert.Equal(oracle.NextExpiry, shard.View.NextExpiry);
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
                var executed = shard.Execute(seconds, requests);
                met.UnionWith(executed.Changes.Select(change => change.Kind.ToString()));
                for (var i = 0; i < requests.Length; i++) met.UnionWith(Ends(requests[i].Operation, executed.Outcomes[i]));
            }
        }));

        static IEnumerable<string> Ends(Operation operation, RequestOutcome outcome)
        {
            var (path, result) = (operation.Path, outcome.Result);
            yield return outcome.Replayed ? "Replayed" : result.Code.ToString();
            if (path == "/v1/txn") yield return result.Refused ? $"Transaction {result.Code}" : Shard.StepsOf(result).Succeeded ? "Transaction" : "Else";
            if (path == "/v1/batch" && !result.Refused) yield return "Batch";
        }

        var unmet = Enum.GetNames<ResultCode>().Append("Replayed").Except(met).Order();
        Assert.Equal(["NotModified", "Unauthorized"], unmet);
        Assert.Superset(new SortedSet<string> { "Transaction", "Transaction Unprocessable", "Transaction PreconditionFailed", "Transaction WrongShard", "Else", "Batch", "Expire" }, met);
    }
}
