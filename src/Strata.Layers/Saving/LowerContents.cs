using Microsoft.Win32.SafeHandles;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;

namespace Strata.Layers.Saving;

/// <summary>Contents of files that lower layers hold. Not for concurrent use, but for <see cref="Open"/>.</summary>
/// <param name="scratch">An existing directory: contents that are asked for as files are in nameless ones there, or in memory.</param>
public sealed class LowerContents(IReadOnlyList<LowerLayer> layers, MergedTree tree, string scratch) : IDisposable
{
    private const int BufferSize = 1 << 18;
    private const int InMemoryMax = 1 << 20; // of those that are open at once there are a few: a file on the disk costs more than most contents
    private const uint CloseOnExec = 1; // MFD_CLOEXEC
    private const int LinksMax = 40; // as in the kernel

    private readonly Lock _opening = new(); // guards readers and files against other calls of Open
    private readonly ErofsReader?[] _readers = new ErofsReader?[layers.Count];
    private readonly FileLookup?[] _files = new FileLookup?[layers.Count];

    /// <summary>A whole file; the caller disposes it.</summary>
    public SafeFileHandle Open(MergedEntry file)
    {
        using var one = _opening.EnterScope();
        var handle = file.Entry.Size <= InMemoryMax ? InMemory() : File.OpenHandle(
            Path.Combine(scratch, $"lower-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        try
        {
            var buffer = new byte[(int)Math.Min(BufferSize, file.Entry.Size)];
            for (var at = 0L; at < file.Entry.Size;)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, file.Entry.Size - at));
                Read(file, at, part);
                RandomAccess.Write(handle, part, at);
                at += part.Length;
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Null: it is absent, no regular file, or over <paramref name="sizeMax"/> bytes.</summary>
    /// <param name="path">From the root; if its last name is a link, that is followed.</param>
    public byte[]? ReadAll(ReadOnlySpan<byte> path, int sizeMax)
    {
        var found = tree.Find(path);
        for (var links = 0; found?.Entry.Kind is EntryKind.Symlink && links < LinksMax; links++)
        {
            path = Target(path, found.Entry.Link);
            found = tree.Find(path);
        }

        if (found is not { Entry.Kind: EntryKind.File } || found.Entry.Size > sizeMax)
        {
            return null;
        }

        var content = new byte[found.Entry.Size];
        Read(found, 0, content);
        return content;
    }

    public void Dispose()
    {
        foreach (var reader in _readers)
        {
            reader?.Dispose();
        }
    }

    private static unsafe SafeFileHandle InMemory()
    {
        fixed (byte* name = "lower\0"u8)
        {
            var file = Libc.MemoryFile(name, CloseOnExec);
            return file >= 0 ? new(file, ownsHandle: true) : throw Errno.Failure("memfd_create", "", Errno.Last);
        }
    }

    private static byte[] Target(ReadOnlySpan<byte> path, byte[] link)
    {
        var names = new List<byte[]>();
        ReadOnlySpan<byte> directory = link is [(byte)'/', ..] ? [] : path[..Math.Max(path.LastIndexOf((byte)'/'), 0)];
        foreach (var part in (ReadOnlySpan<byte[]>)[directory.ToArray(), link])
        {
            foreach (var range in part.AsSpan().Split((byte)'/'))
            {
                var name = part.AsSpan()[range];
                if (name.SequenceEqual(".."u8) && names.Count > 0)
                {
                    names.RemoveAt(names.Count - 1);
                }
                else if (!name.IsEmpty && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    names.Add(name.ToArray());
                }
            }
        }

        return [.. names.SelectMany((name, i) => i == 0 ? name : [(byte)'/', .. name])];
    }

    /// <summary>Part of a file's content: as many bytes as the target has.</summary>
    internal void Read(MergedEntry file, long offset, Span<byte> target)
    {
        var reader = _readers[file.Layer] ??= ReaderOf(layers[file.Layer]);
        var entry = (_files[file.Layer] ??= new(reader)).Find(file.PathInLayer) ?? throw new DamagedLayerException($"A layer lacks {LayerEntry.Shown(file.PathInLayer)}, which its index names.");
        if (entry.Entry.Size != file.Entry.Size)
        {
            throw new DamagedLayerException($"A layer has {LayerEntry.Shown(file.PathInLayer)} otherwise than its index says.");
        }

        reader.ReadContent(entry, offset, target);
    }

    private static ErofsReader ReaderOf(LowerLayer layer)
    {
        var reader = ErofsReader.Open(layer.Image, ownsFile: false);
        try
        {
            if (reader.Devices.Count != layer.Devices.Count)
            {
                throw new DamagedLayerException("A layer refers to other layers than it was opened with.");
            }

            reader.UseDevices(layer.Devices);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }
}
