using System.Text;
using Strata.Core.Globs;
using Strata.Layers.Entries;
using Strata.Layers.Views;

namespace Strata.Layers.Tests.Views;

/// <summary>A file of the model: all its names have the same one.</summary>
internal sealed record ModelFile(LayerEntry Entry, byte[] Content, bool IsVirtual = false);

/// <summary>What views show, done as simply as it can be said: whole trees as dictionaries, one change after the other.</summary>
internal sealed class ViewModel
{
    private readonly SortedDictionary<string, ModelFile> _names = new(Comparer<string>.Create((a, b) => PathOrder.Compare(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b))));

    public static ViewModel OfStack(IEnumerable<List<(LayerEntry Entry, byte[] Content)>> layers)
    {
        var stack = new ViewModel();
        foreach (var layer in layers)
        {
            var own = new Dictionary<string, ModelFile>();
            foreach (var (entry, content) in layer)
            {
                var path = Encoding.UTF8.GetString(entry.Path);
                var isOpaque = entry.Attributes.Any(a => Encoding.UTF8.GetString(a.Name) == "trusted.overlay.opaque");
                var file = entry.Kind is EntryKind.HardLink
                    ? own[Encoding.UTF8.GetString(entry.Link)]
                    : new(entry with { Attributes = [.. entry.Attributes.Where(a => !Encoding.UTF8.GetString(a.Name).Contains(".overlay.", StringComparison.Ordinal))] }, content);
                own[path] = file;
                if (entry.IsWhiteout || isOpaque || !stack.IsDirectory(path) || entry.Kind is not EntryKind.Directory)
                {
                    stack.Remove(path);
                }

                if (!entry.IsWhiteout)
                {
                    stack._names[path] = file;
                }
            }
        }

        return stack;
    }

    public bool IsDirectory(string path) => _names.TryGetValue(path, out var file) && file.Entry.Kind is EntryKind.Directory;

    /// <summary>Lays what a part shows over this.</summary>
    public void Show(ViewModel stack, string below, string prefix, Func<string, bool, bool> selects)
    {
        if (!stack.IsDirectory(below))
        {
            return;
        }

        var components = prefix.Length == 0 ? [] : prefix.Split('/');
        for (var i = 0; i < components.Length; i++)
        {
            var path = string.Join('/', components[..i]);
            if (!IsDirectory(path))
            {
                Put(path, new(LayerEntryOf(ViewDirectory.Default([], 0, 0, ViewDirectory.DefaultModified)), [], IsVirtual: true));
            }
        }

        var found = stack._names.Where(n => n.Key == below || IsBelow(n.Key, below)).Select(n => (Path: n.Key == below ? "" : n.Key[(below.Length == 0 ? 0 : below.Length + 1)..], File: n.Value)).ToList();
        var selected = found.Where(n => selects(n.Path, n.File.Entry.Kind is EntryKind.Directory)).Select(n => n.Path).ToHashSet();
        foreach (var (path, file) in found.Where(n => n.Path.Length == 0 || selected.Contains(n.Path) || selected.Any(s => IsBelow(s, n.Path))))
        {
            Put(prefix.Length == 0 ? path : path.Length == 0 ? prefix : $"{prefix}/{path}", file);
        }
    }

    public string Show((uint User, uint Group)? owner, Timestamp? time)
    {
        if (!_names.ContainsKey(""))
        {
            _names[""] = new(LayerEntryOf(ViewDirectory.Default([], 0, 0, ViewDirectory.DefaultModified)), [], IsVirtual: true);
        }

        var firsts = new Dictionary<ModelFile, byte[]>(ReferenceEqualityComparer.Instance);
        return Packing.RandomEntries.Show(_names.Select(n =>
        {
            var path = Encoding.UTF8.GetBytes(n.Key);
            var (user, group) = owner ?? (n.Value.Entry.User, n.Value.Entry.Group);
            var entry = n.Value.Entry with { Path = path, User = user, Group = group, Modified = time ?? n.Value.Entry.Modified };
            return n.Value.Entry.Kind is EntryKind.Directory || firsts.TryAdd(n.Value, path)
                ? (entry with { Size = n.Value.Content.Length }, n.Value.Content)
                : (entry with { Kind = EntryKind.HardLink, Link = firsts[n.Value], Size = 0 }, []);
        }));
    }

    public ViewModel Copy()
    {
        var copies = new Dictionary<ModelFile, ModelFile>(ReferenceEqualityComparer.Instance);
        var copy = new ViewModel();
        foreach (var (path, file) in _names)
        {
            copies.TryAdd(file, file with { });
            copy._names.Add(path, copies[file]);
        }

        return copy;
    }

    public static bool IsBelow(string path, string directory) => directory.Length == 0 ? path.Length > 0 : path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static LayerEntry LayerEntryOf(ViewDirectory directory) => new()
    {
        Kind = EntryKind.Directory, Path = [], Mode = directory.Mode, User = directory.User, Group = directory.Group, Modified = directory.Modified,
    };

    private void Put(string path, ModelFile file)
    {
        if (!IsDirectory(path) || file.Entry.Kind is not EntryKind.Directory)
        {
            Remove(path);
        }

        _names[path] = file;
    }

    private void Remove(string path)
    {
        foreach (var gone in _names.Keys.Where(k => k == path || IsBelow(k, path)).ToList())
        {
            _names.Remove(gone);
        }
    }
}

/// <summary>A random request over random layers, and what it must show.</summary>
internal sealed class RandomView
{
    private static readonly string[] Patterns = ["**", "a/**", "*/b", "**/c", "!**/b", "b/", "[ab]/*", "a/b/c", "!a/a"];

    private readonly Random _random;
    private readonly bool _isPlain;

    /// <param name="isPlain">One part, all of its stack, and layers that seldom touch each other.</param>
    public RandomView(int seed, ViewStore store, bool isPlain = false)
    {
        (_random, _isPlain) = (new(seed), isPlain);
        var parts = new List<ViewPart>();
        var model = new ViewModel();
        for (var i = isPlain ? 1 : _random.Next(1, 4); i > 0; i--)
        {
            var layers = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Layer()).ToList();
            var (selection, selects) = Selection();
            var (below, prefix) = isPlain ? ("", "") : (_random.Next(3) == 0 ? Name() : "", _random.Next(2) == 0 ? Name() : "");
            parts.Add(new()
            {
                Layers = [.. layers.Select(store.Add)],
                Below = Encoding.UTF8.GetBytes(below),
                Prefix = Encoding.UTF8.GetBytes(prefix),
                Selection = selection,
            });
            model.Show(ViewModel.OfStack(layers).Copy(), below, prefix, selects);
        }

        Request = new()
        {
            Parts = parts,
            OwnedBy = _random.Next(3) == 0 ? (70_000, 5) : null,
            Modified = _random.Next(3) == 0 ? new(7, 8) : null,
        };
        Expected = model.Show(Request.OwnedBy, Request.Modified);
    }

    public ViewRequest Request { get; }

    public string Expected { get; }

    private List<(LayerEntry Entry, byte[] Content)> Layer()
    {
        var tree = new SortedDictionary<string, (LayerEntry Entry, byte[] Content)>(Comparer<string>.Create((a, b) => PathOrder.Compare(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b))))
        {
            [""] = (Entry(EntryKind.Directory, ""), []),
        };
        for (var i = _random.Next(60); i > 0; i--)
        {
            var path = Name();
            var parent = path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";
            if (tree.ContainsKey(path) || !tree.TryGetValue(parent, out var directory) || directory.Entry.Kind is not EntryKind.Directory)
            {
                continue;
            }

            tree.Add(path, _random.Next(10) switch
            {
                4 when _isPlain && _random.Next(20) > 0 => File(path),
                < 4 => (Entry(EntryKind.Directory, path) with { Attributes = _random.Next(_isPlain ? 100 : 4) == 0 ? [new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray())] : [] }, []),
                4 => (Entry(EntryKind.CharacterDevice, path) with { Mode = 0, User = 0, Group = 0, Modified = default }, []),
                5 => (Entry(EntryKind.Symlink, path) with { Mode = 0x1ff, Link = Encoding.UTF8.GetBytes(Name()) }, []),
                6 => (Entry(EntryKind.Fifo, path), []),
                _ => File(path),
            });
        }

        var files = tree.Where(n => n.Value.Entry.Kind is EntryKind.File).Select(n => n.Key).ToList();
        for (var i = _random.Next(_isPlain && _random.Next(8) > 0 ? 1 : 4); i > 0 && files.Count > 0; i--)
        {
            var (target, path) = (files[_random.Next(files.Count)], Name() + "l");
            var parent = path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";
            if (tree.TryGetValue(parent, out var directory) && directory.Entry.Kind is EntryKind.Directory
                && PathOrder.Compare(Encoding.UTF8.GetBytes(path), Encoding.UTF8.GetBytes(target)) > 0)
            {
                tree.TryAdd(path, (tree[target].Entry with { Kind = EntryKind.HardLink, Path = Encoding.UTF8.GetBytes(path), Link = Encoding.UTF8.GetBytes(target), Size = 0 }, []));
            }
        }

        return [.. tree.Values];
    }

    private (LayerEntry Entry, byte[] Content) File(string path)
    {
        var content = new byte[_random.Next(4) switch { 0 => 0, 1 => _random.Next(1, 4097), 2 => 4096 * _random.Next(1, 4), _ => _random.Next(300_000) }];
        _random.NextBytes(content);
        if (_random.Next(2) == 0)
        {
            var hole = _random.Next(content.Length + 1);
            content.AsSpan(hole, _random.Next(content.Length - hole + 1)).Clear();
        }

        Xattr[] attributes = _random.Next(4) == 0 ? [new(Encoding.UTF8.GetBytes($"user.{_random.Next(3)}"), new byte[_random.Next(2000)])] : [];
        return (Entry(EntryKind.File, path) with { Size = content.Length, Attributes = attributes }, content);
    }

    private (ViewSelection Selection, Func<string, bool, bool> Selects) Selection()
    {
        List<string> Some(Func<string> make) => [.. Enumerable.Range(0, _random.Next(1, 7)).Select(_ => make())];
        var except = _random.Next(3) == 0 ? Some(Name) : [];
        bool IsExcepted(string path) => except.Exists(e => path == e || ViewModel.IsBelow(path, e));
        var selection = ViewSelection.All;
        Func<string, bool, bool> selects = (_, _) => true;
        switch (_random.Next(3))
        {
            case 0:
                var paths = Some(Name);
                selection = ViewSelection.Of([.. paths.Select(Encoding.UTF8.GetBytes)]);
                selects = (path, _) => paths.Exists(p => path == p || ViewModel.IsBelow(path, p));
                break;
            case 1:
                var globs = GlobSet.Parse(Some(() => Patterns[_random.Next(Patterns.Length)])).Set!;
                selection = ViewSelection.Matching(globs);
                selects = (path, isDirectory) => path.Length > 0 && globs.Matches(path, isDirectory);
                break;
        }

        return (selection with { Except = [.. except.Select(Encoding.UTF8.GetBytes)] }, (path, isDirectory) => selects(path, isDirectory) && !IsExcepted(path));
    }

    private LayerEntry Entry(EntryKind kind, string path) => new()
    {
        Kind = kind,
        Path = Encoding.UTF8.GetBytes(path),
        Mode = (uint)_random.Next(0x1000),
        User = (uint)_random.Next(1 << 20),
        Group = (uint)_random.Next(3),
        Modified = new(_random.Next(1 << 30), (uint)_random.Next(1_000_000_000)),
    };

    private string Name() => string.Join('/', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => (char)('a' + _random.Next(3))));
}
