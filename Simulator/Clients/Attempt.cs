using KvStore.Replication.Gateways;

namespace KvStore.Simulator;

/// <summary>One sending of an operation, as a gateway sees it: there is an answer when all shards that were asked have answered.</summary>
/// <param name="parts">How many shards are asked.</param>
/// <param name="done">What happens then.</param>
internal sealed class Attempt(int parts, Action<GatewayAnswer[]> done)
{
    private readonly GatewayAnswer?[] _answers = new GatewayAnswer?[parts];

    public void OnAnswer(int part, GatewayAnswer answer)
    {
        if (_answers[part] is not null) return;
        _answers[part] = answer;
        if (Array.TrueForAll(_answers, each => each is not null)) done(_answers!);
    }
}
