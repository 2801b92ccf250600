using System.Buffers;
using System.Buffers.Binary;
using KvStore.Protocol;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

public sealed class FramesTests
{
    private static readonly byte[] Stream = [.. Frame(FrameKind.Message, [1, 2, 3]), .. Frame(FrameKind.Pong, []), .. Frame(FrameKind.Hello, new byte[40])];

    [Fact]
    public void Frames_are_the_same_wherever_the_stream_is_cut_into_pieces()
    {
        for (var cut = 0; cut <= Stream.Length; cut++)
        {
            var last = new Piece(Stream.AsMemory(cut), cut);
            var buffer = new ReadOnlySequence<byte>(new Piece(Stream.AsMemory(0, cut), 0, last), 0, last, last.Memory.Length);
            Assert.Equal([(FrameKind.Message, 3), (FrameKind.Pong, 0), (FrameKind.Hello, 40)], TakeAll(ref buffer));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Every_beginning_of_a_frame_is_a_part_and_takes_nothing()
    {
        for (var length = 0; length < 8; length++)
        {
            var buffer = new ReadOnlySequence<byte>(Stream, 0, length);
            Assert.Equal(FrameFound.Part, Frames.TryTake(ref buffer, 100, out _, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(101u)]
    [InlineData(uint.MaxValue)]
    public void A_length_of_nothing_or_of_too_much_is_bad_as_soon_as_it_is_seen(uint length)
    {
        var header = new byte[Frames.HeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, length);
        var buffer = new ReadOnlySequence<byte>(header);
        Assert.Equal(FrameFound.Bad, Frames.TryTake(ref buffer, 100, out _, out _));
    }

    [Fact]
    public void An_address_has_a_host_and_a_port()
    {
        Assert.Equal(("node-1.example", 7000), DialAddress.Parse("node-1.example:7000"));
        Assert.Equal(("::1", 7000), DialAddress.Parse("[::1]:7000"));
        foreach (var bad in new[] { "", "host", ":1", "host:", "host:x", "host:-1", "host:65536" }) Assert.Throws<ArgumentException>(() => DialAddress.Parse(bad));
    }

    private static List<(FrameKind, int)> TakeAll(ref ReadOnlySequence<byte> buffer)
    {
        var frames = new List<(FrameKind, int)>();
        while (Frames.TryTake(ref buffer, 100, out var kind, out var body) == FrameFound.Whole) frames.Add((kind, (int)body.Length));
        return frames;
    }

    private static byte[] Frame(FrameKind kind, byte[] body)
    {
        var writer = new CanonicalWriter();
        Frames.Begin(writer, kind);
        writer.Fixed(body);
        return Frames.End(writer);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index, Piece? next = null) => (Memory, RunningIndex, Next) = (memory, index, next);
    }
}
