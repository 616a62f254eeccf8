namespace Strata.Sandbox.Diagnosis;

public enum FindingStatus
{
    Ok,
    Warning,
    Missing,
}

/// <param name="Remedy">What to do, or null when nothing is.</param>
public sealed record Finding(string Name, FindingStatus Status, string Detail, string? Remedy);
