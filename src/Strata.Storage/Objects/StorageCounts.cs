using System.Globalization;
using System.Text;
using Strata.Metadata;

namespace Strata.Storage.Objects;

/// <summary>What was done with a store so far, by all processes of its database.</summary>
/// <param name="Present">Asked to be stored, and there already.</param>
/// <param name="BytesSent">As stored.</param>
/// <param name="Retries">Calls that were made again.</param>
/// <param name="Reaped">Uploads that were ended because nobody worked on them.</param>
public sealed record StorageCounts(long Stored, long Present, long Failed, long BytesSent, long Retries, long PartsResumed, long Reaped)
{
    /// <summary>Of those that were begun; null: none was.</summary>
    public double? SuccessRate => Stored + Failed == 0 ? null : (double)Stored / (Stored + Failed);

    /// <summary>As Prometheus reads them (text format 0.0.4).</summary>
    public string ToPrometheus()
    {
        var text = new StringBuilder();
        text.Append("# HELP strata_uploads_total Blobs asked to be stored, by what came of it.\n# TYPE strata_uploads_total counter\n");
        foreach (var (outcome, count) in (ReadOnlySpan<(string, long)>)[("stored", Stored), ("present", Present), ("failed", Failed)])
        {
            text.Append(CultureInfo.InvariantCulture, $"strata_uploads_total{{outcome=\"{outcome}\"}} {count}\n");
        }

        Add("strata_upload_bytes_total", "Sent to stores, as stored.", BytesSent);
        Add("strata_upload_retries_total", "Calls of stores that were made again.", Retries);
        Add("strata_upload_parts_resumed_total", "Parts that were not sent again.", PartsResumed);
        Add("strata_uploads_reaped_total", "Uploads ended because nobody worked on them.", Reaped);
        return text.ToString();

        void Add(string name, string help, long value) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}\n");
    }

    /// <summary>Adds to what is counted, in the transaction of what is counted.</summary>
    internal void AddTo(SqlSession sql, string store) => sql.Execute(
        """
        INSERT INTO blob_counter (store, stored, present, failed, bytes_sent, retries, parts_resumed, reaped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (store) DO UPDATE SET
            stored = blob_counter.stored + excluded.stored, present = blob_counter.present + excluded.present, failed = blob_counter.failed + excluded.failed,
            bytes_sent = blob_counter.bytes_sent + excluded.bytes_sent, retries = blob_counter.retries + excluded.retries,
            parts_resumed = blob_counter.parts_resumed + excluded.parts_resumed, reaped = blob_counter.reaped + excluded.reaped
        """,
        store, Stored, Present, Failed, BytesSent, Retries, PartsResumed, Reaped);

    internal static StorageCounts Read(SqlSession sql, string store)
    {
        using var rows = sql.Query("SELECT stored, present, failed, bytes_sent, retries, parts_resumed, reaped FROM blob_counter WHERE store = $1", store);
        return rows.Read()
            ? new(rows.Integer(0), rows.Integer(1), rows.Integer(2), rows.Integer(3), rows.Integer(4), rows.Integer(5), rows.Integer(6))
            : new(0, 0, 0, 0, 0, 0, 0);
    }
}
