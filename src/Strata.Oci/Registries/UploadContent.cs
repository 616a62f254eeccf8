using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Strata.Oci.Content;

namespace Strata.Oci.Registries;

/// <summary>A piece of a blob as the body of a request. Exactly that many bytes, or a failure.</summary>
internal sealed class UploadContent : HttpContent
{
    private readonly BlobSource _blob;
    private readonly long _offset;
    private readonly long _length;
    private readonly ResponseWatch _watch;

    public UploadContent(BlobSource blob, long offset, long length, ResponseWatch watch)
    {
        (_blob, _offset, _length, _watch) = (blob, offset, length, watch);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, _watch.Token);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var source = await _blob.OpenAsync(_offset, cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            for (var left = _length; left > 0;)
            {
                var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw OciDiagnostics.WrongContent($"blob {_blob.Descriptor.Digest.Short}", $"{left} bytes of it are missing at the source");
                }

                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                left -= read;
                _watch.PieceSent();
            }

            _watch.AllSent();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }
}
