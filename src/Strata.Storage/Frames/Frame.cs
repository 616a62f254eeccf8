using Strata.Core;

namespace Strata.Storage.Frames;

/// <summary>A stretch of a blob, compressed (if that helps) and sealed by itself.</summary>
/// <param name="PlainLength">1 byte to <see cref="PartSealer.FrameSize"/>.</param>
/// <param name="StoredLength">Nonce, sealed bytes, tag.</param>
/// <param name="IsCompressed">By zstd.</param>
/// <param name="Digest">Of the plain bytes.</param>
public readonly record struct Frame(int PlainLength, int StoredLength, bool IsCompressed, Digest Digest);
