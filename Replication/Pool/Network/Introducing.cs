using System.Buffers;
using System.IO.Pipelines;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>The exchange of introductions on a new connection: challenge, hello, welcome.</summary>
internal sealed class Introducing(PoolNetworkOptions options)
{
    /// <summary>The dialler's side. Null when the other end is the node that was meant.</summary>
    public async Task<RefusalKind?> DialAsync(PipeReader input, Stream output, ReplicaId to, TlsEnds ends, CancellationToken cancel)
    {
        var (challenge, refusal) = await ReadAsync(input, FrameKind.Challenge, Introduction.ChallengeLength, cancel);
        if (challenge is null) return refusal;
        var introduction = new Introduction(
            options.Cluster, options.Self, to, ends, Introduction.DecodeChallenge(challenge), ConnectionNonce.Draw());
        await output.WriteAsync(introduction.EncodeHello(options.Key.Sign(introduction.HelloBytes())), cancel);

        (var welcome, refusal) = await ReadAsync(input, FrameKind.Welcome, Introduction.WelcomeLength, cancel);
        if (welcome is null) return refusal;
        return IsSigned(to, introduction.WelcomeBytes(), Signature.Read(welcome)) ? null : RefusalKind.WrongKey;
    }

    /// <summary>The listener's side: who dialled, or why it is refused. Nothing is signed for anybody who has not proven to be a peer.</summary>
    public async Task<(ReplicaId From, RefusalKind? Refusal)> AnswerAsync(
        IDuplexPipe transport, TlsEnds ends, Func<ReplicaId, bool> isShutOut, CancellationToken cancel)
    {
        var challenge = ConnectionNonce.Draw();
        await transport.Output.WriteAsync(Introduction.EncodeChallenge(challenge), cancel);
        var (hello, refusal) = await ReadAsync(transport.Input, FrameKind.Hello, Introduction.HelloLength, cancel);
        if (hello is null) return (default, refusal);
        var (claimed, signature) = Introduction.DecodeHello(hello, ends, challenge);
        if (Judge(claimed, signature) is { } wrong) return (claimed.From, wrong);
        if (isShutOut(claimed.From)) return (claimed.From, RefusalKind.ShutOut);
        await transport.Output.WriteAsync(Introduction.EncodeWelcome(options.Key.Sign(claimed.WelcomeBytes())), cancel);
        return (claimed.From, null);
    }

    private RefusalKind? Judge(Introduction claimed, Signature signature)
    {
        if (claimed.Cluster != options.Cluster) return RefusalKind.OtherCluster;
        if (claimed.To != options.Self || claimed.From == options.Self || claimed.From.Index >= options.Nodes.Length) return RefusalKind.WrongNode;
        return IsSigned(claimed.From, claimed.HelloBytes(), signature) ? null : RefusalKind.WrongKey;
    }

    private bool IsSigned(ReplicaId node, byte[] bytes, Signature signature) => Ed25519.Instance.Verify(options.Nodes[node.Index], bytes, signature);

    // The header alone decides whether to wait for the rest, so a stranger never makes this node hold more than one small frame.
    private static async Task<(byte[]? Body, RefusalKind Refusal)> ReadAsync(PipeReader input, FrameKind expected, int length, CancellationToken cancel)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancel);
            var buffer = read.Buffer;
            var found = Frames.TryTake(ref buffer, length + 1, out var kind, out var body);
            if (found == FrameFound.Bad || (buffer.Length >= Frames.HeaderLength && found == FrameFound.Part && kind != expected)) return (null, RefusalKind.Malformed);
            if (found == FrameFound.Whole)
            {
                var bytes = body.ToArray();
                input.AdvanceTo(buffer.Start);
                return kind == expected && bytes.Length == length ? (bytes, default) : (null, RefusalKind.Malformed);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted) return (null, RefusalKind.Closed);
        }
    }
}
