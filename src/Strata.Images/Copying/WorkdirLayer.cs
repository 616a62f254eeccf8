using System.Text;
using Strata.Core.Diagnostics;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>The directories of a path that an image does not have, as a layer.</summary>
internal sealed class WorkdirLayer
{
    private readonly IReadOnlyList<LayerEntry> _directories;

    private WorkdirLayer(IReadOnlyList<LayerEntry> directories) => _directories = directories;

    /// <param name="below">The image so far, bottom first.</param>
    /// <param name="path">Absolute.</param>
    /// <returns>Null: they are all there, nothing needs a layer.</returns>
    /// <exception cref="UserErrorException">No directory can be there (STR3163).</exception>
    /// <exception cref="Layers.DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The image cannot be read.</exception>
    public static WorkdirLayer? Find(IReadOnlyList<LayerLease> below, string path, SourceSpan at)
    {
        using var image = new StackTree(below);
        var (found, entry, problem) = ImagePath.Resolve(image, Encoding.UTF8.GetBytes(path));
        var why = path.Contains('\0') ? "it contains a NUL character"
            : problem is not PlaceProblem.None ? CopyTarget.Reason(problem, found)
            : entry is not null and not { Kind: EntryKind.Directory } ? CopyTarget.Reason(PlaceProblem.NotADirectory, found)
            : null;
        return why is not null ? throw new UserErrorException(CopyDiagnostics.NoPlace(path, why, at))
            : entry is not null || found.Length == 0 ? null
            : new([.. CopyTarget.DirectoriesTo(found, image)]);
    }

    public PackedLayer Write(LayerTarget target)
    {
        using var layer = new LayerBuilder(target);
        foreach (var directory in _directories)
        {
            layer.Add(directory);
        }

        return layer.Finish();
    }
}
