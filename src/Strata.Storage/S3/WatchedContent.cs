using System.Net;

namespace Strata.Storage.S3;

/// <summary>A body from memory; each piece that the connection has taken is progress.</summary>
internal sealed class WatchedContent : HttpContent
{
    private const int PieceSize = 64 << 10;

    private readonly ReadOnlyMemory<byte> _content;
    private readonly BodyTurns _turns;
    private readonly IdleWatch _watch;
    private readonly TimeSpan _sending;
    private readonly TimeSpan _answer;

    public WatchedContent(ReadOnlyMemory<byte> content, BodyTurns turns, IdleWatch watch, TimeSpan sending, TimeSpan answer)
    {
        (_content, _turns, _watch, _sending, _answer) = (content, turns, watch, sending, answer);
        Headers.ContentLength = content.Length;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _watch.Expect(Timeout.InfiniteTimeSpan); // while others are before it: each of these is watched
        return _turns.RunAsync(_content.Length, moved => WriteAsync(stream, moved, cancellationToken), cancellationToken);
    }

    private async Task WriteAsync(Stream stream, Action<int> moved, CancellationToken cancellationToken)
    {
        for (var offset = 0; offset < _content.Length; offset += PieceSize)
        {
            _watch.Expect(_sending);
            var piece = _content.Slice(offset, Math.Min(PieceSize, _content.Length - offset));
            await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            moved(piece.Length);
        }

        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _watch.Expect(_answer);
    }
}
