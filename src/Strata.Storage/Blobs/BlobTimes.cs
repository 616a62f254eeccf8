namespace Strata.Storage.Blobs;

/// <summary>How long to wait for a store. Progress counts, not the whole duration: a slow transfer is left to go on.</summary>
public sealed record BlobTimes
{
    public static BlobTimes Default { get; } = new();

    /// <summary>Without a byte coming, or until the answer to a read begins, or to a call that sends nothing and starts an upload.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Without 64 KiB going. Longer: the system's buffers take much at once, and then nothing while a slow line empties them.</summary>
    public TimeSpan Sending { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For the answer to a write, once all of it is sent.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the answer to Complete: the store may copy all parts.</summary>
    public TimeSpan Complete { get; init; } = TimeSpan.FromMinutes(5);
}
