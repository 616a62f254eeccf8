namespace Strata.Artifacts.Records;

/// <summary>What a site says of artifacts.</summary>
public sealed record ArtifactLimits
{
    public static ArtifactLimits Default { get; } = new();

    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>A longer one that a job asks for is cut to this; null: none is.</summary>
    public TimeSpan? RetentionMax { get; init; }

    /// <summary>Bytes of all ready artifacts of one repository; null: no limit.</summary>
    public long? QuotaBytes { get; init; }

    /// <summary>Artifacts that one run may begin.</summary>
    public int PerRunMax { get; init; } = 1000;
}
