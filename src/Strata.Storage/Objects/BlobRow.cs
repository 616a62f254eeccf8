using Strata.Core;
using Strata.Storage.Blobs;
using Strata.Storage.Frames;

namespace Strata.Storage.Objects;

/// <summary>A blob that is stored. Only its doubt, its pins and its state ever change.</summary>
internal sealed record BlobRow
{
    /// <summary>Begins doubts of who looked at the content, and not at the object.</summary>
    public const string FalseMark = "its content is another: ";

    public long Id { get; init; }

    public required string Org { get; init; }

    public required Digest Digest { get; init; }

    public required string ObjectKey { get; init; }

    public required string WrappedKey { get; init; }

    /// <summary>Of the plaintext.</summary>
    public required long LengthBytes { get; init; }

    /// <summary>Of the object.</summary>
    public required long StoredBytes { get; init; }

    public required IndexPlace Index { get; init; }

    /// <summary>Its parts are recorded under this id.</summary>
    public required string Upload { get; init; }

    public required string Owner { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often it was pinned: who sees the same number twice knows that nobody did in between.</summary>
    public long Pins { get; init; }

    /// <summary>Why it may not be what it is called: it is stored anew by whoever has it. Null: none.</summary>
    public string? Doubt { get; init; }

    /// <summary>Whether what its writer stored is not what it is called: reading that back, whole, does not mend it.</summary>
    public bool IsFalse => Doubt?.StartsWith(FalseMark, StringComparison.Ordinal) ?? false;

    /// <summary>What its object shows without being read. Null: nothing is wrong.</summary>
    public string? ProblemWith(BlobHead? head) =>
        head is null ? "its object is gone"
        : head.SizeBytes != StoredBytes ? $"its object has {head.SizeBytes} bytes, not {StoredBytes}"
        : null;
}
