namespace KvStore.Cli;

/// <summary>How <c>kv</c> ends. Scripts rely on these: they never change.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Something went wrong, and nothing was applied.</summary>
    public const int Error = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>There is no such key.</summary>
    public const int NotFound = 3;

    /// <summary>A condition does not hold.</summary>
    public const int PreconditionFailed = 4;

    /// <summary>The request needs a signature, or a better one.</summary>
    public const int Unauthorized = 5;

    /// <summary>A proof or a receipt does not hold.</summary>
    public const int VerificationFailed = 6;

    /// <summary>Too few replicas answer, or none in time; nothing was applied.</summary>
    public const int Unavailable = 7;

    /// <summary>Nobody can say whether it was applied.</summary>
    public const int OutcomeUnknown = 8;

    /// <summary>Somebody interrupted it, as shells have it: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
}
