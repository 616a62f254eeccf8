using System.Buffers;
using Strata.Layers.Entries;
using Strata.Layers.Packing;

namespace Strata.Layers.Differences;

/// <summary>Entries with their contents become a layer.</summary>
public static class LayerWriting
{
    private const int BufferSize = 1 << 18;

    /// <exception cref="IOException">Something cannot be read, or changed since it was listed.</exception>
    public static void AddAll(this LayerBuilder builder, IEnumerable<DifferenceEntry> entries, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            foreach (var (entry, open) in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (open is null)
                {
                    builder.Add(entry);
                    continue;
                }

                builder.BeginFile(entry);
                using var content = open();
                for (var at = 0L; RandomAccess.Read(content, buffer, at) is var count and > 0; at += count)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    builder.Write(buffer.AsSpan(0, count));
                }

                builder.EndFile();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>All that a stack of layers shows, or what is below a path of it, for one layer in their place.</summary>
    /// <param name="shows">See <see cref="MergedTree.Entries"/>.</param>
    public static IEnumerable<DifferenceEntry> Squashed(
        MergedTree tree, Func<MergedEntry, Microsoft.Win32.SafeHandles.SafeFileHandle> open, byte[]? below = null, Func<byte[], bool>? shows = null) =>
        tree.Entries(below ?? [], [], shows).Select(e => new DifferenceEntry(e.Entry, e.Entry is { Kind: EntryKind.File, Size: > 0 } ? () => open(e) : null));
}
