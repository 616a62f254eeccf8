using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>What becomes of a name.</summary>
internal enum Selected
{
    /// <summary>Neither it nor anything below.</summary>
    No,

    /// <summary>A directory that is shown if something below is.</summary>
    Perhaps,

    /// <summary>What is below must be asked for.</summary>
    Yes,

    /// <summary>With all below but what is excepted.</summary>
    All,
}

/// <summary>Asks a <see cref="ViewSelection"/>. Not for concurrent use.</summary>
internal sealed class SelectionFilter
{
    private readonly ViewSelection _selection;
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _except;

    /// <summary>Selected paths → true, what leads to them → false.</summary>
    private readonly Dictionary<byte[], bool> _paths = new(NameComparer.Instance);

    private readonly char[] _text = new char[PosixPath.LengthMax];

    public SelectionFilter(ViewSelection selection)
    {
        _selection = selection;
        _except = new HashSet<byte[]>(selection.Except, NameComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var path in selection.Paths ?? [])
        {
            _paths[path] = true;
            AddAbove(path);
        }

        Root = selection.Globs is null && (selection.Paths is null || _paths.ContainsKey([])) ? Selected.All : Selected.Yes;
    }

    /// <summary>Of the part's root.</summary>
    public Selected Root { get; }

    /// <summary>Whether there is anything to ask in a directory.</summary>
    public bool Asks(Selected directory) => directory is not Selected.All || _selection.Except.Count > 0;

    /// <param name="directory">What became of the directory it is in.</param>
    public Selected Of(ReadOnlySpan<byte> path, bool isDirectory, Selected directory)
    {
        if (_selection.Except.Count > 0 && _except.Contains(path))
        {
            return Selected.No;
        }

        if (directory is Selected.All)
        {
            return Selected.All;
        }

        if (_selection.Globs is { } globs)
        {
            var text = _text.AsSpan(0, Encoding.UTF8.GetChars(path, _text));
            return isDirectory && globs.CoversBelow(text) ? Selected.All
                : globs.Matches(text, isDirectory) ? Selected.Yes
                : isDirectory && globs.MayMatchBelow(text) ? Selected.Perhaps
                : Selected.No;
        }

        return !_paths.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(path, out var isSelected) ? Selected.No
            : isSelected ? Selected.All
            : isDirectory ? Selected.Perhaps
            : Selected.No;
    }

    private void AddAbove(ReadOnlySpan<byte> path)
    {
        var paths = _paths.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (var length = TreePath.ParentLength(path); length > 0 && paths.TryAdd(path[..length], false);)
        {
            length = TreePath.ParentLength(path[..length]);
        }
    }
}
