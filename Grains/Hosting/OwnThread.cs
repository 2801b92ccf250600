namespace KvStore.Grains.Hosting;

/// <summary>Work that may block for long. Neither the few threads of the pool nor Orleans' schedulers wait for a disk.</summary>
internal static class OwnThread
{
    /// <summary>Does it on a thread of its own.</summary>
    public static Task<TResult> Run<TResult>(string name, Func<TResult> work)
    {
        var done = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure); // Thrown where it is awaited, whatever it is.
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return done.Task;
    }

    /// <summary>Does it on a thread of its own.</summary>
    public static Task Run(string name, Action work) => Run(name, () =>
    {
        work();
        return true;
    });
}
