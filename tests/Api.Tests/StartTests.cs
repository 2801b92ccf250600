namespace KvStore.Api.Tests;

public sealed class StartTests : IClassFixture<Gateway>
{
    [Fact]
    public void Nothing_is_watched_for_changes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a process does not say what it watches.");
        var watches = 0;
        foreach (var descriptor in Directory.GetFiles("/proc/self/fdinfo"))
        {
            try
            {
                watches += File.ReadLines(descriptor).Count(line => line.StartsWith("inotify", StringComparison.Ordinal));
            }
            catch (IOException)
            {
                // It was closed meanwhile.
            }
        }

        Assert.Equal(0, watches);
    }
}
