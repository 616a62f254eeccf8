using System.Text;
using Strata.Layers.Entries;
using Strata.Layers.Packing;

namespace Strata.Layers.Tests.Erofs;

/// <summary>Short ways to make entries and images.</summary>
internal static class LayerImages
{
    public static LayerEntry Entry(EntryKind kind, string path, uint mode = 0x1a4) => new()
    {
        Kind = kind,
        Path = Encoding.UTF8.GetBytes(path),
        Mode = mode,
        User = 0,
        Group = 0,
        Modified = new(1_000_000_000, 5),
    };

    public static LayerEntry Folder(string path, uint mode = 0x1ed) => Entry(EntryKind.Directory, path, mode);

    public static LayerEntry Symlink(string path, string target) => Entry(EntryKind.Symlink, path) with { Link = Encoding.UTF8.GetBytes(target) };

    public static LayerEntry HardLink(string path, string target) => Entry(EntryKind.HardLink, path) with { Link = Encoding.UTF8.GetBytes(target) };

    public static void AddFile(this LayerBuilder builder, LayerEntry entry, ReadOnlySpan<byte> content)
    {
        builder.BeginFile(entry with { Size = content.Length });
        builder.Write(content);
        builder.EndFile();
    }

    public static void AddFile(this LayerBuilder builder, string path, string content) =>
        builder.AddFile(Entry(EntryKind.File, path), Encoding.UTF8.GetBytes(content));

    public static PackedLayer Build(string image, Action<LayerBuilder> fill, bool lastWins = false)
    {
        using var builder = new LayerBuilder(new(image, null), lastWins: lastWins);
        fill(builder);
        return builder.Finish();
    }
}
