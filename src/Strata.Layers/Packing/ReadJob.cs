using System.Threading.Channels;
using Strata.Core;
using Strata.Layers.Entries;

namespace Strata.Layers.Packing;

/// <summary>
/// Neighbouring files that one core reads and hashes at once: either small ones, which come as one piece with each file at a block's start, or a single larger one,
/// which comes in pieces.
/// </summary>
internal sealed class ReadJob(int first, int count)
{
    private const int PiecesMax = 2; // read ahead of the writer

    /// <summary>Index of the first file.</summary>
    public int First { get; } = first;

    public int Count { get; } = count;

    public Digest[] Contents { get; } = new Digest[count];

    public IReadOnlyList<Xattr>[] Attributes { get; } = new IReadOnlyList<Xattr>[count];

    /// <summary>Buffers of <see cref="System.Buffers.ArrayPool{T}.Shared"/>, for the reader of the channel to return.</summary>
    public Channel<(byte[] Buffer, int Length)> Pieces { get; } =
        Channel.CreateBounded<(byte[] Buffer, int Length)>(new BoundedChannelOptions(PiecesMax) { SingleReader = true, SingleWriter = true });
}
