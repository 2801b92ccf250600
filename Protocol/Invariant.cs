using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace KvStore.Protocol;

/// <summary>
/// Assertions on own state, held in Release builds too. A replica whose own state contradicts itself must stop:
/// going on would be Byzantine behaviour. Never used on anything that came from outside.
/// </summary>
public static class Invariant
{
    /// <summary>Stops the replica unless <paramref name="holds"/>.</summary>
    /// <exception cref="InvariantBrokenException">The condition does not hold.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        if (!holds) Broken(what);
    }

    [DoesNotReturn]
    private static void Broken(string what) => throw new InvariantBrokenException(what);
}

/// <summary>Own state contradicts itself. The host ends the process; nobody catches it to carry on.</summary>
public sealed class InvariantBrokenException(string what) : Exception($"Invariant broken: {what}");
