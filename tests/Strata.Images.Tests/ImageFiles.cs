using System.Text;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Store;

namespace Strata.Images.Tests;

/// <summary>What is in the one layer of a base system, read from its image.</summary>
internal sealed class ImageFiles
{
    private readonly Dictionary<string, string?> _files = [];

    /// <summary>The content of a regular file of at most a MiB, "" for anything else; null when absent.</summary>
    public string? this[string path] => _files.GetValueOrDefault(path);

    public static async Task<ImageFiles> ReadAsync(ResolvedImage image, string data, LayerOrg org)
    {
        var opening = await new LocalLayerStore(data, TimeProvider.System).Of(org).OpenAsync(image.Layers.ShouldHaveSingleItem().Digest, CancellationToken.None);
        using var lease = opening.Lease.ShouldNotBeNull();
        using var reader = ErofsReader.Open(lease.ImagePath);
        var files = new ImageFiles();
        foreach (var entry in reader.Entries())
        {
            var content = "";
            if (entry.Entry is { Kind: EntryKind.File, Size: > 0 and < 1 << 20 })
            {
                var bytes = new byte[entry.Entry.Size];
                reader.ReadContent(entry, 0, bytes);
                content = Encoding.UTF8.GetString(bytes);
            }

            files._files[Encoding.UTF8.GetString(entry.Entry.Path)] = content;
        }

        return files;
    }
}
