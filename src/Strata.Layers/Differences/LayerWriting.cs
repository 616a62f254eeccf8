using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;

namespace Strata.Layers.Differences;

/// <summary>Entries with their contents become a layer.</summary>
public static class LayerWriting
{
    private const int BufferSize = 1 << 18;
    private const long SizeMin = 4 << 20; // of all contents: less is written before other cores have begun

    /// <summary>All of them, each known beforehand: what is large is read and hashed on all cores, and the image hashed while it is written. The bytes are those of <see cref="AddAll"/>.</summary>
    /// <exception cref="IOException">Something cannot be read, or changed since it was listed.</exception>
    public static async Task AddAllAsync(this LayerBuilder builder, IReadOnlyList<DifferenceEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Sum(static one => one.OpenContent is null ? 0 : one.Entry.Size) < SizeMin)
        {
            builder.AddAll(entries, cancellationToken);
            return;
        }

        var (files, open, blocks) = (new PagedList<PendingFile>(), new List<Func<SafeFileHandle>>(), 0L);
        foreach (var (entry, content) in entries)
        {
            if (content is null)
            {
                builder.Add(entry);
                continue;
            }

            builder.Tree.Add(entry);
            files.Add(new(builder.Tree.NodeCount - 1, 0, 0));
            open.Add(content);
            blocks += ErofsFormat.BlocksOf(entry.Size);
        }

        builder.ExpectNames(blocks);
        await new ContentPipeline(() => new DifferenceContent(open, builder.Tree, files), builder, files).RunAsync(cancellationToken).ConfigureAwait(false);
    }

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
        MergedTree tree, Func<MergedEntry, SafeFileHandle> open, byte[]? below = null, Func<byte[], bool>? shows = null) =>
        tree.Entries(below ?? [], [], shows).Select(e => new DifferenceEntry(e.Entry, e.Entry is { Kind: EntryKind.File, Size: > 0 } ? () => open(e) : null));
}
