using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>Where a path leads in an image once all links were followed, one at its end too.</summary>
/// <param name="Path">From the root; empty: the root. Where the problem is, if there is one.</param>
/// <param name="Entry">What is there, never a link; null: nothing.</param>
internal readonly record struct ImagePath(byte[] Path, LayerEntry? Entry, PlaceProblem Problem)
{
    private const int LinksMax = 40; // MAXSYMLINKS

    /// <param name="path">A slash at its beginning or end means nothing.</param>
    /// <exception cref="IOException">The image cannot be read.</exception>
    public static ImagePath Resolve(ILowerTree image, ReadOnlySpan<byte> path)
    {
        var resolver = new PlaceResolver(image, 0, 0);
        var rest = path.ToArray();
        for (var links = 0; links <= LinksMax; links++)
        {
            var (parent, name, problem) = Split(resolver, rest.AsSpan().TrimEnd((byte)'/'));
            if (problem is not PlaceProblem.None)
            {
                return new(parent, null, problem);
            }

            var found = name.Length == 0 ? parent : TreePath.Join(parent, name);
            if (name.Length > PosixPath.NameLengthMax || found.Length >= PosixPath.LengthMax || found.AsSpan().Count((byte)'/') >= EntryPath.DepthMax)
            {
                return new(found, null, PlaceProblem.TooLong);
            }

            var entry = image.Find(found);
            if (entry?.Kind is not EntryKind.Symlink)
            {
                return new(found, entry, PlaceProblem.None);
            }

            rest = entry.Link is [(byte)'/', ..] ? entry.Link : TreePath.Join(parent, entry.Link);
        }

        return new(rest, null, PlaceProblem.Loop);
    }

    /// <summary>The directory that holds the last name, resolved, and that name; it is empty if the path ends in no name.</summary>
    private static (byte[] Parent, byte[] Name, PlaceProblem Problem) Split(PlaceResolver resolver, ReadOnlySpan<byte> path)
    {
        var name = TreePath.NameOf(path);
        if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
        {
            name = [];
        }

        var resolution = resolver.Resolve(name.IsEmpty ? path : path[..TreePath.ParentLength(path)]);
        return resolution.Problem is PlaceProblem.Root ? ([], name.ToArray(), PlaceProblem.None)
            : resolution.Place is { } place ? (place.Path, name.ToArray(), PlaceProblem.None)
            : (resolution.At, [], resolution.Problem);
    }
}
