using System.Reflection;
using KvStore.Api.Problems;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Tests;

/// <summary>Nothing that can be refused is without a problem, and no two kinds share a name.</summary>
public sealed class ProblemTests
{
    [Fact]
    public void Every_parse_error_has_a_kind_that_is_the_clients_mistake()
    {
        var codes = typeof(ParseErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!).ToList();
        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.InRange(ProblemKinds.Find(code)?.Status ?? 0, 400, 501));
    }

    [Fact]
    public void Every_refusal_of_a_shard_is_a_problem_and_certainly_not_applied()
    {
        foreach (var code in Enum.GetValues<ResultCode>())
        {
            var result = new OperationResult { Code = code, Revision = 7, KeyRevision = 3, Length = 5 };

            if (!result.Refused || code == ResultCode.WrongShard) continue; // A gateway asks the shard that a key belongs to.
            var problem = ResultProblems.Of(result, shard: 0, new StateLimits());
            Assert.Equal(Outcome.NotApplied, problem.Outcome);
            Assert.Equal(7UL, problem.Revision);
            Assert.InRange(problem.StatusCode.GetValueOrDefault(), 400, 429);
        }
    }

    [Fact]
    public void Every_kind_is_listed_under_its_own_code()
    {
        var kinds = typeof(ProblemKinds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (ProblemKind)field.GetValue(null)!).ToList();
        Assert.Equal(kinds.Count, kinds.Select(kind => kind.Code).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(kinds.Select(kind => kind.Code).Order(StringComparer.Ordinal), ProblemKinds.All.Select(kind => kind.Code));
    }
}
