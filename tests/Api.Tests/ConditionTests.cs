using System.Net;

namespace KvStore.Api.Tests;

/// <summary>Create only, compare-and-set, and the conditions that do not hold.</summary>
public sealed class ConditionTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task Create_only_succeeds_on_an_absent_key_and_on_no_other()
    {
        await gateway.Put("/v1/kv/once", "1", "If-None-Match: *").Is(HttpStatusCode.Created);
        await gateway.Put("/v1/kv/once", "2", "If-None-Match: *").Problem(412, "precondition-failed");
        Assert.Equal("1", await gateway.Get("/v1/kv/once").Body());
    }

    [Fact]
    public async Task Compare_and_set_says_the_current_tag_when_it_fails()
    {
        var first = await gateway.Put("/v1/kv/cas", "1").ETag();
        var second = await gateway.Put("/v1/kv/cas", "2", $"If-Match: {first}").ETag();
        using var late = await gateway.Put("/v1/kv/cas", "3", $"If-Match: {first}");
        var problem = await late.Problem(412, "precondition-failed");
        Assert.Equal(second, late.Header("ETag"));
        Assert.Equal(second, problem.GetProperty("etag").GetString());
        await gateway.Put("/v1/kv/cas", "4", $"If-Match: {first}, {second}").Is(HttpStatusCode.OK);
        Assert.Equal("4", await gateway.Get("/v1/kv/cas").Body());
    }

    [Fact]
    public async Task A_condition_on_an_absent_key_fails_without_a_tag()
    {
        using var response = await gateway.Put("/v1/kv/none", "1", "If-Match: *");
        var problem = await response.Problem(412, "precondition-failed");
        Assert.Null(response.Header("ETag"));
        Assert.False(problem.TryGetProperty("etag", out _));
        await gateway.Get("/v1/kv/none").Problem(404, "not-found");
    }

    [Theory]
    [InlineData("If-Match: r1")]
    [InlineData("If-Match: W/\"r1\"")]
    [InlineData("If-Match: \"r01\"")]
    [InlineData("If-Match: \"r1\",")]
    [InlineData("If-Match: \"r99999999999999999999\"")]
    [InlineData("If-None-Match: \"abc\"")]
    [InlineData("If-None-Match: **")]
    public async Task A_malformed_condition_is_refused_and_nothing_is_applied(string header)
    {
        await gateway.Put("/v1/kv/malformed", "1", header).Problem(400, "bad-precondition");
        await gateway.Get("/v1/kv/malformed").Problem(404, "not-found");
    }

    [Fact]
    public async Task Of_many_that_create_at_once_one_succeeds()
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i =>
        {
            using var response = await gateway.Put("/v1/kv/race", $"{i}", "If-None-Match: *");
            return response.StatusCode;
        }));
        Assert.Single(statuses, HttpStatusCode.Created);
        Assert.Equal(31, statuses.Count(status => status == HttpStatusCode.PreconditionFailed));
    }
}
