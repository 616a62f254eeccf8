using Strata.Core.Diagnostics;
using Strata.Core.Globs;
using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>Where an item is found, as what a view is made of.</summary>
/// <param name="FileName">What a single file is called where it goes; null: it is a tree, all below its root goes.</param>
internal sealed record CopySource(CopyItem Item, ViewRequest View, byte[]? FileName)
{
    /// <exception cref="UserErrorException">Nothing is there (STR3160).</exception>
    /// <exception cref="IOException">The image cannot be read.</exception>
    public static CopySource Find(CopyItem item, IReadOnlyList<GlobPattern> exclude, ILowerTree image, CopyRequest request)
    {
        var (path, entry, _) = ImagePath.Resolve(image, item.Path);
        var isDirectory = entry?.Kind is EntryKind.Directory;
        if (entry is null || !(item.Pattern.IsPath ? item.Pattern.Matches(item.Pattern.SearchPath, isDirectory) : isDirectory))
        {
            throw NothingMatches(item, request);
        }

        if (item.Pattern.IsPath && item.Pattern.SearchPath.Length > 0 && exclude.Any(e => e.Matches(item.Pattern.SearchPath, isDirectory)))
        {
            throw NothingMatches(item, request, isExcluded: true);
        }

        if (isDirectory)
        {
            var patterns = CopyItem.Beneath(item.Pattern.SearchPath, [item.Pattern, .. exclude]);
            var selection = item.Pattern.IsPath && patterns.Count == 1 ? ViewSelection.All : ViewSelection.Matching(Limited(patterns, item));
            return new(item, ViewOf(request, path, selection), null);
        }

        var parent = path[..TreePath.ParentLength(path)];
        var name = TreePath.NameOf(path).ToArray();
        return new(item, ViewOf(request, parent, ViewSelection.Of([name])), item.Name);
    }

    public static UserErrorException NothingMatches(CopyItem item, CopyRequest request, bool isExcluded = false)
    {
        var isHidden = request is { FromWorkspace: true, Workspace: { } workspace } && item.Pattern.IsPath && System.IO.Path.Exists(System.IO.Path.Combine(workspace, item.Pattern.SearchPath));
        var help = isExcluded ? "`exclude` takes all of it away."
            : isHidden ? "It is there, but git ignores it, and builds see tracked and not ignored files only: remove it from .gitignore, or add it with `git add -f`."
            : "Check the spelling; paths and patterns are relative to " + (request.FromWorkspace ? "the workspace." : "the root of the image copied from.");
        return new(CopyDiagnostics.NothingMatches(item.Text, request.FromWorkspace ? "the workspace" : "the image copied from", help, item.At));
    }

    private static GlobSet Limited(List<GlobPattern> patterns, CopyItem item) => patterns.Count <= GlobSet.PatternsMax
        ? GlobSet.Of(patterns)
        : throw new UserErrorException(CopyDiagnostics.BadPattern(item.Text, $"with `exclude` it makes more than {GlobSet.PatternsMax} patterns.", item.At));

    /// <summary>Times and owners are not what they were, so the view is the same when only those change.</summary>
    private static ViewRequest ViewOf(CopyRequest request, byte[] below, ViewSelection selection) => new()
    {
        Parts = [new() { Layers = request.From, Below = below, Selection = selection }],
        OwnedBy = (0, 0),
        Modified = BuildTime.Epoch,
    };
}
