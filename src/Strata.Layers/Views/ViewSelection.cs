using Strata.Core.Globs;

namespace Strata.Layers.Views;

/// <summary>
/// Which names of a part are shown; paths from the part's root, which is always shown. Above what is selected its directories are shown too, with their
/// own metadata. Links are not followed.
/// </summary>
public sealed record ViewSelection
{
    public static ViewSelection All { get; } = new();

    /// <summary>Null: all.</summary>
    public GlobSet? Globs { get; private init; }

    /// <summary>These paths and all below them; null: all.</summary>
    public IReadOnlyList<byte[]>? Paths { get; private init; }

    /// <summary>Left out with all below, whatever else is selected.</summary>
    public IReadOnlyList<byte[]> Except { get; init; } = [];

    /// <summary>What matches; of a directory that matches, all below. Names that are no UTF-8 are matched with U+FFFD in the place of what is none.</summary>
    public static ViewSelection Matching(GlobSet globs) => new() { Globs = globs };

    public static ViewSelection Of(IReadOnlyList<byte[]> paths) => new() { Paths = paths };
}
