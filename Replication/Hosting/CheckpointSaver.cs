using KvStore.Protocol;
using KvStore.Replication.Driving;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Hosting;

/// <summary>Makes checkpoints durable on a thread of its own, one at a time.</summary>
internal sealed class CheckpointSaver(ReplicaId replica, Action<CheckpointSaved> report) : ICheckpointSaver, IDisposable
{
    private CheckpointSave? _work;
    private Thread? _thread;

    public void Save(CheckpointSave work)
    {
        _work = work;
        _thread = new Thread(() => report(Run(work))) { IsBackground = true, Name = $"checkpoints of replica {replica}" };
        _thread.Start();
    }

    /// <summary>Calls off what is under way, and waits for it to end.</summary>
    public void Dispose()
    {
        _work?.Cancel();
        _thread?.Join();
    }

    // Whatever goes wrong here is for the replica's thread to judge: it ends the process unless it is a full disk.
    private static CheckpointSaved Run(CheckpointSave work)
    {
        try
        {
            while (work.Step())
            {
            }

            return new CheckpointSaved(work, null);
        }
        catch (Exception failure)
        {
            return new CheckpointSaved(work, failure);
        }
    }
}
