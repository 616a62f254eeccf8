using Strata.Storage.Blobs;
using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>
/// Sends what a plan says is missing: pieces are sealed ahead, side by side, put together to parts in order, and sent several at a time, each retried alone. A part is recorded before it is
/// sent: whoever goes on asks the store which of the recorded ones it has. Memory: <see cref="TransferOptions.PartsInFlight"/> pieces,
/// of all uploads together.
/// </summary>
internal sealed class PartSending(UploadWork work, UploadPlan plan)
{
    private readonly List<PartRow> _rows = [.. plan.Kept]; // by number
    private readonly List<Task<PartRow>> _sends = [];
    private readonly Queue<Task<SealedPart>> _sealing = [];
    private readonly List<SealedPart> _gathered = []; // of the part that is being put together

    private long _bytesSent;

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <returns>All parts of the object, by number.</returns>
    /// <exception cref="UploadEndedException">The lease is lost or the upload is gone.</exception>
    public async Task<IReadOnlyList<PartRow>> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            foreach (var gap in plan.Gaps)
            {
                await SendAsync(gap, stop).ConfigureAwait(false);
            }

            var sent = await Task.WhenAll(_sends).ConfigureAwait(false);
            return [.. plan.Kept.Concat(sent).OrderBy(static p => p.Number)];
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await EndAllAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (_sends.FirstOrDefault(static s => s.IsFaulted) is { } failed)
            {
                await failed.ConfigureAwait(false); // the cause: the rest was stopped because of it
            }

            throw;
        }
    }

    private async Task SendAsync(UploadGap gap, CancellationTokenSource stop)
    {
        var number = gap.FirstNumber;
        var (begun, first, length) = (gap.FirstPiece, gap.FirstPiece, 0);
        for (var piece = gap.FirstPiece; piece < gap.EndPiece; piece++)
        {
            while (begun < gap.EndPiece && _sealing.Count < work.Options.SealedAhead && await TakeSlotAsync(stop.Token).ConfigureAwait(false))
            {
                _sealing.Enqueue(work.SealAsync(begun++, stop.Token));
            }

            var next = await NextAsync().ConfigureAwait(false);
            _gathered.Add(next);
            length += next.StoredLength;
            if (UploadPlan.EndsPart(gap, number, piece + 1, length, work.Store.PartSizeMin))
            {
                _sends.Add(SendPartAsync(gap, number, first, isLast: gap.IsLast && piece + 1 == gap.EndPiece, stop));
                (number, first, length) = (number + 1, piece + 1, 0);
            }
            else
            {
                work.PartSlots.Release(); // it has shrunk, and waits for others
            }
        }
    }

    /// <summary>The next sealed piece; its slot is the caller's.</summary>
    private async Task<SealedPart> NextAsync()
    {
        var sealing = _sealing.Dequeue();
        try
        {
            return await sealing.ConfigureAwait(false);
        }
        catch
        {
            work.PartSlots.Release();
            throw;
        }
    }

    /// <summary>A slot is a piece's from before it is sealed until it is sent: so much memory is used, and no more.</summary>
    /// <returns>False: there is none now, and others of this upload are being sealed: they come first.</returns>
    private async ValueTask<bool> TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (_sealing.Count > 0)
        {
            return work.PartSlots.Wait(0, cancellationToken);
        }

        await work.PartSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>From what was gathered; that is let go of.</summary>
    private PreparedPart PutTogether(UploadGap gap, int number, int firstPiece, bool isLast)
    {
        var pieces = _gathered.ToArray();
        _gathered.Clear();
        var prepared = PreparedPart.Of(pieces, isLast ? 0 : work.Store.PartSizeMin, work.Buffers, isLast ? SealIndex : null);
        var row = new PartRow(number, firstPiece, work.Layout.Offset(firstPiece), prepared.Stored.Length, prepared.Md5, prepared.Md5, [.. pieces.Select(static p => p.Frames)]);
        prepared.Row = row;
        _rows.Insert(_rows.FindLastIndex(before => before.Number < number) + 1, row);
        return prepared;

        byte[] SealIndex() => PartSealer.SealIndex(work.Key, IndexLayout.Of(work.Source.Digest, _rows, pieces));
    }

    /// <summary>What was gathered goes, and the slot it has when it has gone.</summary>
    private async Task<PartRow> SendPartAsync(UploadGap gap, int number, int firstPiece, bool isLast, CancellationTokenSource stop)
    {
        try
        {
            using (var part = PutTogether(gap, number, firstPiece, isLast)) // before anything is waited for
            {
                var row = part.Row!;
                await work.Records.SetPartAsync(work.Upload, row, part.IndexLength, stop.Token).ConfigureAwait(false); // first: what the store has is then known for what it is
                var etag = await work.Retry.RunAsync(
                    (_, cancellationToken) => work.Store.PutPartAsync(work.Upload.Target!, row.Number, part.Stored, part.Md5, cancellationToken), stop.Token).ConfigureAwait(false);
                if (etag != row.ETag) // a store that encrypts with keys of its own names parts otherwise
                {
                    row = row with { ETag = etag };
                    await work.Records.SetPartAsync(work.Upload, row, part.IndexLength, stop.Token).ConfigureAwait(false);
                }

                Interlocked.Add(ref _bytesSent, row.StoredBytes);
                work.Progress.Sent(row.Length);
                return row;
            }
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.NoSuchUpload)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw new UploadEndedException(UploadEnd.Gone);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            work.PartSlots.Release();
        }
    }

    /// <summary>Nothing goes on behind the caller's back.</summary>
    private async Task EndAllAsync()
    {
        foreach (var send in _sends)
        {
            await ((Task)send).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var sealing in _sealing)
        {
            await ((Task)sealing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            work.PartSlots.Release();
            if (sealing.IsCompletedSuccessfully)
            {
                (await sealing.ConfigureAwait(false)).Dispose();
            }
        }

        _gathered.ForEach(static piece => piece.Dispose());
    }
}
