using KvStore.Replication.Gateways;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests;

/// <summary>Who waits for a key is woken by its change, and by nothing else.</summary>
public sealed class ChangeFeedTests
{
    private readonly ChangeFeed _feed = new(waitersMax: 3);

    [Fact]
    public void A_change_wakes_all_who_wait_for_its_key_and_nobody_else()
    {
        var (first, second, other) = (Wait("a"), Wait("a"), Wait("b"));
        _feed.OnExecuted([new KeyChange(KeyChangeKind.Expire, Key.Of("a"), 1), new KeyChange(KeyChangeKind.Put, Key.Of("c"), 2)]);
        Assert.True(first.Changed.IsCompletedSuccessfully && second.Changed.IsCompletedSuccessfully);
        Assert.False(other.Changed.IsCompleted);
        Assert.Equal(1, _feed.Count);
    }

    [Fact]
    public void Who_was_woken_waits_no_more()
    {
        using var waiter = Wait("a");
        _feed.OnExecuted([new KeyChange(KeyChangeKind.Put, Key.Of("a"), 1)]);
        _feed.OnExecuted([new KeyChange(KeyChangeKind.Put, Key.Of("a"), 2)]);
        Assert.Equal(0, _feed.Count);
    }

    [Fact]
    public void There_is_room_for_so_many_and_who_leaves_makes_room()
    {
        var waiters = new[] { Wait("a"), Wait("a"), Wait("b") };
        Assert.Null(_feed.TryRegister(Key.Of("c")));
        waiters[0].Dispose();
        waiters[0].Dispose(); // Leaving twice makes no room twice.
        Assert.Equal(2, _feed.Count);
        Assert.NotNull(_feed.TryRegister(Key.Of("c")));
        Assert.Null(_feed.TryRegister(Key.Of("d")));
        _feed.OnExecuted([new KeyChange(KeyChangeKind.Delete, Key.Of("a"), 1)]);
        Assert.True(waiters[1].Changed.IsCompletedSuccessfully);
        Assert.False(waiters[0].Changed.IsCompleted);
    }

    [Fact]
    public void A_state_that_is_installed_wakes_all_because_nobody_says_what_changed()
    {
        var waiters = new[] { Wait("a"), Wait("b") };
        _feed.OnInstalled();
        Assert.All(waiters, waiter => Assert.True(waiter.Changed.IsCompletedSuccessfully));
        Assert.Equal(0, _feed.Count);
        Assert.False(Wait("a").Changed.IsCompleted);
    }

    [Fact]
    public void A_node_that_stops_wakes_all_and_whoever_comes_later()
    {
        var waiter = Wait("a");
        _feed.Close();
        Assert.True(waiter.Changed.IsCompletedSuccessfully);
        Assert.True(Wait("a").Changed.IsCompletedSuccessfully);
        Assert.Equal(0, _feed.Count);
    }

    private KeyWaiter Wait(string key) => _feed.TryRegister(Key.Of(key))!;
}
