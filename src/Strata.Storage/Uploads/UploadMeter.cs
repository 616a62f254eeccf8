using Strata.Core;
using Strata.Storage.Blobs;

namespace Strata.Storage.Uploads;

/// <summary>Counts what is done of an upload, and tells.</summary>
internal sealed class UploadMeter(Digest digest, long bytesTotal, IProgress<UploadProgress>? progress)
{
    private readonly Lock _lock = new();
    private long _bytes;
    private int _parts;
    private int _resumed;
    private int _retries;

    /// <summary>An upload was begun again: nothing is done.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            (_bytes, _parts, _resumed) = (0, 0, 0);
        }
    }

    public void Sent(long bytes) => Add(bytes, sent: 1, resumed: 0);

    public void Resumed(long bytes) => Add(bytes, sent: 0, resumed: 1);

    /// <summary>A call failed and will be made again.</summary>
    public void Failed(BlobStoreException why)
    {
        lock (_lock)
        {
            _retries++;
            progress?.Report(new(digest, _bytes, bytesTotal, _parts, _resumed, _retries, why.Message));
        }
    }

    private void Add(long bytes, int sent, int resumed)
    {
        lock (_lock)
        {
            _bytes += bytes;
            _parts += sent;
            _resumed += resumed;
            progress?.Report(new(digest, _bytes, bytesTotal, _parts, _resumed, _retries));
        }
    }
}
