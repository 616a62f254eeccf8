using Strata.Metadata;

namespace Strata.Artifacts.Records;

/// <summary>The statements on <c>artifact_event</c>, one a method.</summary>
internal static class ArtifactEventSql
{
    public static void Add(SqlSession sql, long id, ArtifactEvent happened) => sql.Execute(
        "INSERT INTO artifact_event (artifact_id, at, state, actor, reason) VALUES ($1, $2, $3, $4, $5)",
        id, happened.At, ArtifactTransitions.WordOf(happened.State), happened.Actor, happened.Reason);

    /// <summary>In order.</summary>
    public static List<ArtifactEvent> List(SqlSession sql, long id)
    {
        using var rows = sql.Query("SELECT at, state, actor, reason FROM artifact_event WHERE artifact_id = $1 ORDER BY id", id);
        var events = new List<ArtifactEvent>();
        while (rows.Read())
        {
            events.Add(new(rows.Time(0), ArtifactTransitions.Parse(rows.Text(1)), rows.Text(2), rows.IsNull(3) ? null : rows.Text(3)));
        }

        return events;
    }
}
