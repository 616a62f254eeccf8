using Strata.Core;

namespace Strata.Oci.Documents;

/// <summary>What a blob is, without its bytes.</summary>
public sealed record Descriptor
{
    public required string MediaType { get; init; }

    public required Digest Digest { get; init; }

    /// <summary>Bytes as stored (compressed, if the media type says so).</summary>
    public required long Size { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value)); }

    /// <summary>Only in indexes, and not always there.</summary>
    public Platform? Platform { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = Annotation.None;

    /// <summary>Bytes that are at hand, described.</summary>
    public static Descriptor Of(string mediaType, ReadOnlySpan<byte> content) =>
        new() { MediaType = mediaType, Digest = Digest.Of(content), Size = content.Length };
}
