using System.Diagnostics.Metrics;

namespace Strata.Storage;

/// <summary>Counters of this process, by the names they are exported under; made when something is first transferred.</summary>
internal static class TransferMetrics
{
    private static readonly Meter Meter = new("Strata.Storage");
    private static readonly Counter<long> Uploads = Meter.CreateCounter<long>("strata_uploads_total", null, "Blobs asked to be stored, by what came of it.");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("strata_upload_bytes_total", "By", "Sent to stores, as stored.");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("strata_upload_retries_total", null, "Calls of stores that were made again.");
    private static readonly Counter<long> Resumed = Meter.CreateCounter<long>("strata_upload_parts_resumed_total", null, "Parts that were not sent again.");
    private static readonly Counter<long> Reaped = Meter.CreateCounter<long>("strata_uploads_reaped_total", null, "Uploads ended because nobody worked on them.");
    private static readonly Counter<long> Fetches = Meter.CreateCounter<long>("strata_fetches_total", null, "Blobs asked to be fetched, by what came of it.");

    public static void Stored(StoreOutcome outcome)
    {
        Uploads.Add(1, Outcome(outcome switch { StoreOutcome.Stored => "stored", StoreOutcome.AlreadyThere => "present", _ => "lease-lost" }));
        if (outcome is StoreOutcome.Stored stored)
        {
            Bytes.Add(stored.BytesSent);
            Retries.Add(stored.Retries);
            Resumed.Add(stored.PartsResumed);
        }
    }

    /// <param name="retries">In vain.</param>
    public static void Failed(long retries)
    {
        Uploads.Add(1, Outcome("failed"));
        Retries.Add(retries);
    }

    public static void Ended(int uploads) => Reaped.Add(uploads);

    /// <param name="outcome">fetched, absent or failed.</param>
    public static void Fetched(string outcome) => Fetches.Add(1, Outcome(outcome));

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
