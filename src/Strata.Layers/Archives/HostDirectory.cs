using Strata.Layers.Posix;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Archives;

/// <summary>A tree becomes files of whoever runs this. It comes from jobs: no link in it may lead anywhere else.</summary>
internal static class HostDirectory
{
    public static async Task<long> WriteAsync(IReadOnlyList<LayerLease> layers, string directory, CancellationToken cancellationToken)
    {
        using var root = DirectoryHandle.Open(directory, followLink: true);
        using var source = new StackSource(layers, expandsLinks: false);
        var entries = new HostSource(source);
        using var extractor = new TreeExtractor(root.File, new(0, uint.MaxValue), keepsWhiteouts: false);
        await extractor.ExtractAsync(entries, cancellationToken).ConfigureAwait(false);
        entries.Links.Check();
        return extractor.DevicesDropped;
    }
}
