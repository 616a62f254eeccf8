using System.Buffers;
using System.Text.Json;
using Strata.Core;
using Strata.Metadata;

namespace Strata.Tenancy.Audit;

/// <summary>
/// The audit events of each organization: rows that are only ever added, together with what they tell of, in the same transaction. Those of one transaction are a batch; its seal is the
/// hash of the seal before and of its events, so nothing in between can be changed, removed or put in without all later seals being other ones.
/// </summary>
public static class AuditLog
{
    /// <summary>What the first batch of an organization follows.</summary>
    public const string Origin = "strata.audit/1";

    /// <summary>Adds events of any organizations. Does nothing without events.</summary>
    public static void Append(SqlSession sql, IReadOnlyList<AuditEvent> events)
    {
        foreach (var batch in events.GroupBy(static audited => audited.Organization, StringComparer.Ordinal))
        {
            Append(sql, batch.Key, [.. batch]);
        }
    }

    private static void Append(SqlSession sql, string organization, List<AuditEvent> events)
    {
        var (last, previous) = AuditSql.Last(sql, organization) ?? (0, Origin);
        var batch = AuditSql.AddBatch(sql, organization, last + 1, events.Count, previous, SealOf(organization, last + 1, previous, events));
        foreach (var audited in events)
        {
            AuditSql.AddEvent(sql, batch, audited);
        }
    }

    /// <summary>Each part as JSON: nothing in an event can be taken for the end of one. The bytes are those of docs/format/database.md.</summary>
    internal static string SealOf(string organization, long number, string previous, IReadOnlyList<AuditEvent> events)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            json.WriteStringValue(previous);
            json.WriteStringValue(organization);
            json.WriteNumberValue(number);
            foreach (var audited in events)
            {
                json.WriteStartArray();
                json.WriteNumberValue(audited.At.ToUnixTimeMilliseconds());
                json.WriteStringValue(audited.Repository);
                json.WriteStringValue(audited.Action);
                json.WriteStringValue(audited.Actor);
                json.WriteStringValue(audited.Subject);
                json.WriteStringValue(audited.Detail);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Digest.Of(text.WrittenSpan).ToString();
    }
}
