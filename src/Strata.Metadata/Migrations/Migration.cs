namespace Strata.Metadata.Migrations;

/// <summary>One step of the schema. What is released never changes: what comes later is a new step.</summary>
/// <param name="Version">What the database is after it: one more than before.</param>
/// <param name="Sql">Statements, run in one transaction.</param>
internal sealed record Migration(int Version, string Sql);
