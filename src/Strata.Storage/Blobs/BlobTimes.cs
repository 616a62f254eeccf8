namespace Strata.Storage.Blobs;

/// <summary>How long to wait for a store. Progress counts, not the whole duration: a slow transfer is left to go on.</summary>
public sealed record BlobTimes
{
    public static BlobTimes Default { get; } = new();

    /// <summary>Without a byte moving in either direction, or the answer to a read beginning.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>For the answer to a write, once all of it is sent.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the answer to Complete: the store may copy all parts.</summary>
    public TimeSpan Complete { get; init; } = TimeSpan.FromMinutes(5);
}
