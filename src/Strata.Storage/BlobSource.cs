using Strata.Core;

namespace Strata.Storage;

/// <summary>A blob to be stored. It does not change while it is.</summary>
/// <param name="Digest">What it is called; the caller answers for it.</param>
/// <param name="LengthBytes">More than 0.</param>
/// <param name="StableLengthBytes">
/// The bytes behind so many are those that differ when only times do: they are sent apart from the rest, so that a blob made again by a repeated job is mostly there already. 0:
/// not known.
/// </param>
/// <param name="ReadAsync">Fills the buffer from an offset; called concurrently.</param>
public sealed record BlobSource(
    Digest Digest, long LengthBytes, long StableLengthBytes, Func<long, Memory<byte>, CancellationToken, ValueTask> ReadAsync);
