using System.Net;

namespace Strata.Storage.S3;

/// <summary>A body from memory; each piece that the connection has taken is progress.</summary>
internal sealed class WatchedContent : HttpContent
{
    private const int PieceSize = 64 << 10;

    private readonly ReadOnlyMemory<byte> _content;
    private readonly BodyTurn? _turn;
    private readonly IdleWatch _watch;
    private readonly TimeSpan _sending;
    private readonly TimeSpan _answer;

    public WatchedContent(ReadOnlyMemory<byte> content, BodyTurn? turn, IdleWatch watch, TimeSpan sending, TimeSpan answer)
    {
        (_content, _turn, _watch, _sending, _answer) = (content, turn, watch, sending, answer);
        Headers.ContentLength = content.Length;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (var offset = 0; offset < _content.Length; offset += PieceSize)
        {
            _watch.Expect(_sending);
            var piece = _content.Slice(offset, Math.Min(PieceSize, _content.Length - offset));
            await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            _turn?.Moved(piece.Length);
        }

        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _turn?.Dispose();
        _watch.Expect(_answer);
    }
}
