using Strata.Storage.Blobs;

namespace Strata.Storage.Uploads;

/// <summary>How much at a time, and how patiently.</summary>
public sealed record TransferOptions
{
    public static TransferOptions Default { get; } = new();

    /// <summary>Of plaintext; larger for blobs of which 10,000 such parts would not do.</summary>
    internal int PieceBytesMin { get; init; } = 8 << 20;

    /// <summary>Of all uploads of a process, being sealed or sent. Each holds a part in memory: 8 MiB and more of blobs over 80 GB.</summary>
    public int PartsInFlight { get; init; } = 4;

    /// <summary>Pieces that are compressed and encrypted ahead, each on its own core, and each in memory.</summary>
    public int SealedAhead { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 3);

    public int ReadsInFlight { get; init; } = 4;

    /// <summary>How often an upload that the store has dropped is begun again.</summary>
    public int RestartsMax { get; init; } = 3;

    public RetryPolicy Upload { get; init; } = RetryPolicy.Upload;

    public RetryPolicy Read { get; init; } = RetryPolicy.Read;

    public RetryPolicy ReadNeeded { get; init; } = RetryPolicy.ReadNeeded;
}
