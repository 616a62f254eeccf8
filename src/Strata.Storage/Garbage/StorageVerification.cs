using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Objects;

namespace Strata.Storage.Garbage;

/// <param name="Problem">For people.</param>
public sealed record BlobProblem(string Org, Digest Digest, string Owner, string Problem);

public readonly record struct VerificationProgress(int BlobsDone, int BlobsTotal, long BytesDone, long BytesTotal);

/// <param name="Bytes">Plaintext that was read.</param>
public sealed record VerificationReport(int Blobs, long Bytes, IReadOnlyList<BlobProblem> Problems);

/// <summary>
/// Reads what is stored: every object whole, every frame opened. What is missing or damaged is doubted from then on: it is stored anew by whoever has it. What was doubted, and is sound when
/// it is read, is so no more: its store was away for a while.
/// </summary>
public sealed class StorageVerification(BlobArchives archives)
{
    /// <param name="reads">False: only whether the objects are there, with their size.</param>
    /// <exception cref="BlobStoreException">The store fails otherwise than in a single object.</exception>
    /// <exception cref="EnvironmentException">It is not there: nothing is doubted.</exception>
    public async Task<VerificationReport> RunAsync(bool reads, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        await archives.ProbeAsync(cancellationToken).ConfigureAwait(false);
        var problems = new List<BlobProblem>();
        var blobs = archives.FindStoreId() is { } store ? archives.Database.Read(sql => BlobSql.ListLive(sql, store)) : [];
        var retry = new Retry(archives.Time, archives.Options.ReadNeeded);
        var (bytes, total) = (0L, blobs.Sum(static b => b.LengthBytes));
        for (var i = 0; i < blobs.Count; i++)
        {
            var blob = blobs[i];
            if (await ProblemOfAsync(blob, reads, retry, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                problems.Add(new(blob.Org, blob.Digest, blob.Owner, problem));
                await archives.Archive(blob.Org).RecordDoubtAsync(blob.Digest, problem, cancellationToken).ConfigureAwait(false);
            }
            else if (blob.Doubt is { } doubt)
            {
                await archives.Database.WriteAsync(
                    sql =>
                    {
                        BlobSql.Trust(sql, blob.Id, doubt);
                        return true;
                    },
                    cancellationToken).ConfigureAwait(false);
            }

            bytes += blob.LengthBytes;
            progress?.Report(new(i + 1, blobs.Count, bytes, total));
        }

        return new(blobs.Count, reads ? bytes : 0, problems);
    }

    private async Task<string?> ProblemOfAsync(BlobRow blob, bool reads, Retry retry, CancellationToken cancellationToken)
    {
        var head = await retry.RunAsync((_, stop) => archives.Store.HeadAsync(blob.ObjectKey, stop), cancellationToken).ConfigureAwait(false);
        if (blob.ProblemWith(head) is { } problem)
        {
            return problem;
        }

        try
        {
            if (!reads || blob.IsFalse)
            {
                return blob.Doubt;
            }

            var isRead = await archives.Of(blob.Org).FetchAsync(blob.Digest, static (_, _, _) => default, null, isNeeded: true, cancellationToken).ConfigureAwait(false);
            return isRead || await archives.Of(blob.Org).FindAsync(blob.Digest, cancellationToken).ConfigureAwait(false) is null ? null
                : "its object is gone"; // since it was looked for
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.Damaged or BlobFault.NotFound)
        {
            return e.Message;
        }
    }
}
