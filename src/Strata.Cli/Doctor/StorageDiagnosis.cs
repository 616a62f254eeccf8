using Strata.Cli.Storage;
using Strata.Core.Diagnostics;
using Strata.Sandbox.Diagnosis;
using Strata.Storage;
using Strata.Storage.Blobs;
using Strata.Storage.Garbage;

namespace Strata.Cli.Doctor;

/// <summary>Whether the configured storage can be used, and what it keeps in vain.</summary>
internal static class StorageDiagnosis
{
    private const int ExpiryDays = 7;

    public static async Task<IReadOnlyList<Finding>> RunAsync(string data, StorageLocation location, bool setLifecycle, CancellationToken cancellationToken)
    {
        try
        {
            var storage = HostStorage.Open(data, location, null);
            await using (storage.ConfigureAwait(false))
            {
                return [await ReachAsync(storage, cancellationToken).ConfigureAwait(false), .. await LifecycleAsync(storage, setLifecycle, cancellationToken).ConfigureAwait(false)];
            }
        }
        catch (BlobStoreException e)
        {
            return [new("storage", FindingStatus.Missing, e.Message, TransferDiagnostics.StoreFailed(e).Help)];
        }
        catch (UserErrorException e)
        {
            return [new("storage", FindingStatus.Missing, e.Diagnostics[0].Message, e.Diagnostics[0].Help)];
        }
        catch (EnvironmentException e)
        {
            return [new("storage", FindingStatus.Missing, e.Message, e.Diagnostic.Help)];
        }
    }

    private static async Task<Finding> ReachAsync(HostStorage storage, CancellationToken cancellationToken)
    {
        await storage.Archives.ProbeAsync(cancellationToken).ConfigureAwait(false);
        var abandoned = await new UploadReaper(storage.Archives).CountAsync(UploadReaper.HeartbeatMax, cancellationToken).ConfigureAwait(false);
        if (abandoned == 0)
        {
            return new("storage", FindingStatus.Ok, storage.Archives.Description, null);
        }

        var advice = TransferDiagnostics.Abandoned(storage.Archives.Description, abandoned, UploadReaper.HeartbeatMax);
        return new("storage", FindingStatus.Warning, advice.Message, advice.Help);
    }

    /// <summary>It is the net below our own reaper: a storage whose rules may not be seen is a good one.</summary>
    private static async Task<IReadOnlyList<Finding>> LifecycleAsync(HostStorage storage, bool set, CancellationToken cancellationToken)
    {
        if (storage.Archives.Expiry is not { } expiry)
        {
            return [];
        }

        try
        {
            return await LifecycleAsync(expiry, set, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e)
        {
            var remedy = e.Fault is BlobFault.Denied
                ? $"allow s3:GetLifecycleConfiguration{(set ? " and s3:PutLifecycleConfiguration" : "")}, or see to it that unfinished uploads end after a week"
                : "see to it in the store itself that unfinished uploads end after a week";
            return [new("bucket lifecycle", set ? FindingStatus.Missing : FindingStatus.Warning, $"the rules of the bucket cannot be {(set ? "set" : "read")}: {e.Message}", remedy)];
        }
    }

    private static async Task<IReadOnlyList<Finding>> LifecycleAsync(IUploadExpiry expiry, bool set, CancellationToken cancellationToken)
    {
        if (set)
        {
            await expiry.SetUploadExpiryAsync(ExpiryDays, cancellationToken).ConfigureAwait(false);
        }

        return await expiry.FindUploadExpiryAsync(cancellationToken).ConfigureAwait(false) is { } time
            ? [new("bucket lifecycle", FindingStatus.Ok, $"unfinished uploads end after {time.TotalDays:0} days", null)]
            :
            [
                new(
                    "bucket lifecycle", FindingStatus.Warning, "no rule ends unfinished uploads: parts that a dead worker sent may stay, and be paid for, until a collection",
                    "strata doctor --set-lifecycle"),
            ];
    }
}
