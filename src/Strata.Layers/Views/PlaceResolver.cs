using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Views;

/// <summary>
/// Finds where a path of a job leads in what lies below, as its kernel would: links are followed, absolute ones from the job's root. What is not there is to
/// be made: from there on there are no links.
/// </summary>
public sealed class PlaceResolver(ILowerTree lowers, uint user, uint group)
{
    private const int LinksMax = 40; // MAXSYMLINKS

    /// <param name="path">From the job's root; a slash at its beginning means nothing.</param>
    /// <exception cref="IOException">What lies below cannot be read.</exception>
    public PlaceResolution Resolve(ReadOnlySpan<byte> path)
    {
        var walk = new Walk(lowers);
        walk.Push(path);
        var problem = walk.Run();
        if (problem is PlaceProblem.None)
        {
            problem = walk.Names.Count == 0 ? PlaceProblem.Root : Check(walk.Names);
        }

        return problem is PlaceProblem.None ? new(PlaceAt(walk.Names), problem, []) : new(null, problem, Join(walk.Names, walk.Names.Count));
    }

    private static PlaceProblem Check(List<byte[]> names) =>
        names.Count > EntryPath.DepthMax || Join(names, names.Count).Length >= PosixPath.LengthMax || names.Exists(static n => n.Length > PosixPath.NameLengthMax)
            ? PlaceProblem.TooLong
            : PlaceProblem.None;

    private RestorePlace PlaceAt(List<byte[]> names)
    {
        var directories = new List<ViewDirectory>(names.Count);
        for (var count = 0; count < names.Count; count++)
        {
            var path = Join(names, count);
            directories.Add(lowers.Find(path) is { Kind: EntryKind.Directory } below
                ? new(path, below.Mode, below.User, below.Group, below.Modified, below.Attributes)
                : ViewDirectory.Default(path, user, group, ViewDirectory.DefaultModified));
        }

        return new(Join(names, names.Count), directories);
    }

    private static byte[] Join(List<byte[]> names, int count)
    {
        var path = new List<byte>();
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                path.Add((byte)'/');
            }

            path.AddRange(names[i]);
        }

        return [.. path];
    }

    private sealed class Walk(ILowerTree lowers)
    {
        private readonly Stack<byte[]> _rest = [];
        private int _links;
        private bool _isMissing; // nothing is at the path reached so far

        /// <summary>The path reached so far.</summary>
        public List<byte[]> Names { get; } = [];

        public void Push(ReadOnlySpan<byte> path)
        {
            while (!path.IsEmpty)
            {
                var slash = path.LastIndexOf((byte)'/');
                if (path[(slash + 1)..] is { IsEmpty: false } name && !name.SequenceEqual("."u8))
                {
                    _rest.Push(name.ToArray());
                }

                path = slash < 0 ? [] : path[..slash];
            }
        }

        public PlaceProblem Run()
        {
            while (_rest.TryPop(out var name))
            {
                var problem = name.AsSpan().SequenceEqual(".."u8) ? Up() : Down(name);
                if (problem is not PlaceProblem.None)
                {
                    return problem;
                }
            }

            return PlaceProblem.None;
        }

        private PlaceProblem Up()
        {
            if (_isMissing || Names.Count == 0)
            {
                return _isMissing ? PlaceProblem.Dangling : PlaceProblem.Escape;
            }

            Names.RemoveAt(Names.Count - 1);
            return PlaceProblem.None;
        }

        private PlaceProblem Down(byte[] name)
        {
            Names.Add(name);
            if (_isMissing || Names.Count > EntryPath.DepthMax)
            {
                return Names.Count > EntryPath.DepthMax ? PlaceProblem.TooLong : PlaceProblem.None;
            }

            var found = lowers.Find(Join(Names, Names.Count));
            switch (found?.Kind)
            {
                case null:
                    _isMissing = true;
                    return PlaceProblem.None;
                case EntryKind.Directory:
                    return PlaceProblem.None;
                case EntryKind.Symlink:
                    return Follow(found.Link);
                default:
                    return PlaceProblem.NotADirectory;
            }
        }

        private PlaceProblem Follow(byte[] target)
        {
            if (++_links > LinksMax)
            {
                return PlaceProblem.Loop;
            }

            Names.RemoveAt(Names.Count - 1);
            if (target is [(byte)'/', ..])
            {
                Names.Clear();
            }

            Push(target);
            return PlaceProblem.None;
        }
    }
}
