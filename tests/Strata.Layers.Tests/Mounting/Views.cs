using System.Text;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Erofs;

namespace Strata.Layers.Tests.Mounting;

internal static class Views
{
    /// <summary>An image without data: one file of another image under another name.</summary>
    public static void OneFile(string view, string data, string name, string shownAs)
    {
        using var reader = ErofsReader.Open(data);
        var file = reader.Entries().Single(e => e.Entry.Path.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(name)));
        using var builder = new LayerBuilder(new(view, null), [new(Digest.Of(File.ReadAllBytes(data)), new FileInfo(data).Length >> 12)]);
        builder.AddExternalFile(
            LayerImages.Entry(EntryKind.File, shownAs) with { Size = file.Entry.Size },
            default,
            [.. file.Extents.Select(e => new DataExtent(1, e.StartBlock, e.BlockCount))]);
        builder.Finish();
    }
}
