using System.Buffers;
using Strata.Layers;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Posix;

namespace Strata.Images.Copying;

/// <summary>Names in their places become a layer, with their contents.</summary>
internal static class CopyWriting
{
    private const int BufferSize = 1 << 20;

    /// <exception cref="DamagedLayerException">A file has not the content that its layer's index says.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static void AddAll(this LayerBuilder layer, IEnumerable<PlacedName> names, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            foreach (var (entry, from) in names)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry is not { Kind: EntryKind.File, Size: > 0 })
                {
                    layer.Add(entry);
                    continue;
                }

                layer.BeginFile(entry);
                var source = from!.Value;
                for (var at = 0L; at < entry.Size;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var piece = buffer.AsSpan(0, (int)Math.Min(BufferSize, entry.Size - at));
                    source.Image.ReadContent(source.Source, at, piece);
                    layer.Write(piece);
                    at += piece.Length;
                }

                if (layer.EndFile() != source.Content)
                {
                    throw new DamagedLayerException($"{PosixPath.Show(source.Entry.Path)}: its content is not what the index of its layer says.");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
