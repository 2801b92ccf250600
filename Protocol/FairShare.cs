// Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions on Networking 6(2), 1998.
namespace KvStore.Protocol;

/// <summary>How much of a bounded room one of many may take, however many there are.</summary>
public static class FairShare
{
    /// <summary>
    /// Whether somebody may take more: nobody may hold more than is left for others. One alone gets half of the room, n who all want more than they get have n/(n+1) of it in equal
    /// parts, and whoever comes next finds room.
    /// </summary>
    /// <param name="own">What it holds.</param>
    /// <param name="more">What it wants besides.</param>
    /// <param name="taken">What all hold.</param>
    /// <param name="max">The room.</param>
    public static bool Allows(long own, long more, long taken, long max) => own + more <= max - taken;
}
