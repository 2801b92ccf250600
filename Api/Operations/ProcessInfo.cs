using System.Reflection;

namespace KvStore.Api.Operations;

/// <summary>What does not change while the process lives.</summary>
internal sealed class ProcessInfo(TimeProvider clock)
{
    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    /// <summary>The version that was built.</summary>
    public string Version { get; } =
        typeof(ProcessInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
