using Strata.Layers.Differences;
using Strata.Layers.Store;

namespace Strata.Layers.Views;

/// <summary>Where a tree goes, once all links that lead there were followed.</summary>
/// <param name="Path">From the job's root, or that of the overlay it lies in.</param>
/// <param name="Directories">The directories above it, the root first, as they are below.</param>
public sealed record RestorePlace(byte[] Path, IReadOnlyList<ViewDirectory> Directories)
{
    /// <summary>The same place seen from a directory above it, the root of an overlay of its own. Null: it is not below.</summary>
    public RestorePlace? Below(byte[] directory)
    {
        if (directory.Length == 0)
        {
            return this;
        }

        if (!TreePath.IsBelow(Path, directory))
        {
            return null;
        }

        var directories = new List<ViewDirectory>();
        foreach (var above in Directories)
        {
            if (above.Path.AsSpan().SequenceEqual(directory) || TreePath.IsBelow(above.Path, directory))
            {
                directories.Add(above with { Path = above.Path[Math.Min(directory.Length + 1, above.Path.Length)..] });
            }
        }

        return new(Path[(directory.Length + 1)..], directories);
    }

    /// <summary>A view that shows a snapshot here.</summary>
    /// <param name="layers">Bottom first; the root of the stack goes to <see cref="Path"/>.</param>
    public ViewRequest Restore(IReadOnlyList<LayerLease> layers) =>
        new() { Parts = [new() { Layers = layers, Prefix = Path, StandsAlone = true }], Directories = Directories };
}

/// <summary>Why nothing can be restored to a path. All of them are misses.</summary>
public enum PlaceProblem
{
    None,

    /// <summary>More than 40 links, as Linux counts them.</summary>
    Loop,

    /// <summary>Leads above the root with '..'.</summary>
    Escape,

    /// <summary>Leads to the root itself.</summary>
    Root,

    /// <summary>Something on the way, or the path itself, is there and is no directory.</summary>
    NotADirectory,

    /// <summary>Goes on with '..' from what is not there.</summary>
    Dangling,

    /// <summary>Longer than 4095 bytes, a name over 255, or more than 256 directories.</summary>
    TooLong,
}

/// <param name="Place">Null: there is a problem.</param>
/// <param name="At">Where the problem is.</param>
public readonly record struct PlaceResolution(RestorePlace? Place, PlaceProblem Problem, byte[] At);
