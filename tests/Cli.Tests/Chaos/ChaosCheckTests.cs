using System.Diagnostics;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>The check itself: it must refuse what no correct pool shows.</summary>
public sealed class ChaosCheckTests
{
    [Fact]
    public void What_one_client_after_the_other_sees_is_accepted() => Assert.Empty(ChaosCheck.Violations(
    [
        Append(1, 2, "<a>", 0, 1), Read(3, 4, "<a>"), Append(5, 6, "<b>", 3, 2), Lost(7, "<c>"), Read(8, 9, "<a><b><c>"),
        Put(1, 2, "x", 1) with { Shard = 1 }, ReadRegister(3, 4, "x"), ReadRegister(5, 6, "x"),
    ]));

    [Fact]
    public void An_acknowledged_append_that_is_missing_is_found() => Refuses(Append(1, 2, "<a>", 0, 1), Append(3, 4, "<b>", 3, 2), Read(5, 6, "<a>"));

    [Fact]
    public void An_append_that_stands_twice_is_found() => Refuses(Append(1, 2, "<a>", 0, 1), Read(3, 4, "<a><a>"));

    [Fact]
    public void An_append_without_an_answer_may_not_stand_twice_either() => Refuses(Lost(1, "<a>"), Read(3, 4, "<a><a>"));

    [Fact]
    public void A_refused_append_that_stands_there_is_found() => Refuses(Lost(1, "<a>") with { Fate = Fate.Refused }, Read(3, 4, "<a>"));

    [Fact]
    public void Appends_in_the_wrong_order_are_found() => Refuses(Append(1, 2, "<a>", 3, 1), Append(3, 4, "<b>", 0, 2), Read(5, 6, "<b><a>"));

    [Fact]
    public void A_read_that_misses_what_was_answered_before_is_found() => Refuses(Append(1, 2, "<a>", 0, 1), Read(3, 4, null), Read(5, 6, "<a>"));

    [Fact]
    public void A_read_that_goes_back_is_found() => Refuses(Append(1, 9, "<a>", 0, 1), Read(2, 3, "<a>"), Read(4, 5, null), Read(10, 11, "<a>"));

    [Fact]
    public void What_nobody_appended_is_found() => Refuses(Append(1, 2, "<a>", 0, 1), Read(3, 4, "<a>?"));

    [Fact]
    public void A_lost_put_and_a_put_that_was_refused_and_yet_seen_are_found()
    {
        Refuses(Put(1, 2, "x", 1), Put(3, 4, "y", 2), ReadRegister(5, 6, "x"));
        Refuses(Put(1, 2, "x", 1), Put(3, 4, "y", 2) with { Fate = Fate.Refused }, ReadRegister(5, 6, "y"));
    }

    [Fact]
    public void Revisions_that_two_writes_share_or_that_go_back_are_found()
    {
        Refuses(Put(1, 2, "x", 1), Put(3, 4, "y", 1) with { Key = "other" });
        Refuses(Put(1, 2, "x", 2), Put(3, 4, "y", 1) with { Key = "other" });
    }

    [Fact]
    public void The_longest_gap_is_that_of_the_worst_shard_while_service_was_due()
    {
        var (service, second) = (new ServiceTimes(), Stopwatch.Frequency);
        service.Begin(10 * second);
        service.End(20 * second);
        service.Begin(50 * second);
        service.End(54 * second);
        ChaosOperation At(long time, uint shard) => Put(1, time * second, $"{shard} {time}", 1) with { Shard = shard };
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), service.LongestGap([At(12, 0), At(15, 0), At(17, 1), At(13, 1), At(52, 0), At(52, 1)]));
    }

    private static void Refuses(params ChaosOperation[] history) => Assert.NotEmpty(ChaosCheck.Violations(history));

    private static ChaosOperation Append(long invoked, long answered, string text, long offset, ulong revision) => new(Deed.Append, "log", text, Fate.Done, invoked, answered, offset, 0, revision);

    private static ChaosOperation Lost(long invoked, string text) => new(Deed.Append, "log", text, Fate.Unknown, invoked, invoked + 1);

    private static ChaosOperation Read(long invoked, long answered, string? text) => new(Deed.Get, "log", text, Fate.Done, invoked, answered);

    private static ChaosOperation Put(long invoked, long answered, string text, ulong revision) => new(Deed.Put, "register", text, Fate.Done, invoked, answered, 0, 0, revision);

    private static ChaosOperation ReadRegister(long invoked, long answered, string? text) => new(Deed.Get, "register", text, Fate.Done, invoked, answered);
}
