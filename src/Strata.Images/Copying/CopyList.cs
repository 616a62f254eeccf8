using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.Recipes;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Images.Copying;

/// <summary>A name that is copied.</summary>
/// <param name="Entry">Its path is below the target.</param>
/// <param name="Content">Of a file; else null.</param>
/// <param name="Image">Where its content is.</param>
/// <param name="Source">What it is there.</param>
internal readonly record struct CopiedName(LayerEntry Entry, Digest? Content, ErofsReader Image, ErofsEntry Source);

/// <summary>The names of all items together: of what two items bring, the later one counts. Devices are left out.</summary>
internal sealed class CopyList(RecipeStep.Copy step)
{
    private readonly Dictionary<byte[], (int Item, bool IsDirectory)> _owners = new(NameComparer.Instance);

    /// <returns>In path order.</returns>
    /// <param name="images">Of the parts, opened.</param>
    /// <exception cref="UserErrorException">One item has a file where another has a directory (STR3162).</exception>
    public List<CopiedName> Of(IReadOnlyList<CopyPart> parts, IReadOnlyList<ErofsReader> images)
    {
        var names = new List<List<CopiedName>>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            names.Add(Read(parts[i], images[i], i));
        }

        var list = new List<CopiedName>(_owners.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            AddOwned(list, i, names[i]);
        }

        if (parts.Count > 1)
        {
            list.Sort(static (a, b) => PathOrder.Compare(a.Entry.Path, b.Entry.Path));
        }

        return list;
    }

    private List<CopiedName> Read(CopyPart part, ErofsReader image, int item)
    {
        var names = new List<CopiedName>();
        foreach (var (name, content) in part.Names(image))
        {
            var isDirectory = name.Entry.Kind is EntryKind.Directory;
            if (_owners.TryGetValue(name.Entry.Path, out var earlier) && earlier.IsDirectory != isDirectory)
            {
                throw new UserErrorException(CopyDiagnostics.KindsDiffer(
                    PosixPath.Show(name.Entry.Path), CopyDiagnostics.KindName(name.Entry.Kind), "something else that the same step copies", null, step.At));
            }

            _owners[name.Entry.Path] = (item, isDirectory);
            names.Add(new(name.Entry, content, image, name));
        }

        return names;
    }

    private void AddOwned(List<CopiedName> list, int item, List<CopiedName> names)
    {
        var hidden = new Dictionary<byte[], CopiedName>(NameComparer.Instance); // files whose first name is another item's: the next name has the content
        var firstNames = new Dictionary<byte[], byte[]>(NameComparer.Instance); // and is the first then
        foreach (var name in names)
        {
            var entry = name.Entry;
            if (IsDevice(entry) || _owners[entry.Path].Item != item)
            {
                hidden[entry.Path] = name;
            }
            else if (entry.Kind is not EntryKind.HardLink)
            {
                list.Add(name);
            }
            else if (firstNames.TryGetValue(entry.Link, out var first))
            {
                list.Add(name with { Entry = entry with { Link = first } });
            }
            else if (!hidden.TryGetValue(entry.Link, out var file))
            {
                list.Add(name);
            }
            else if (!IsDevice(file.Entry))
            {
                firstNames[entry.Link] = entry.Path;
                list.Add(file with { Entry = file.Entry with { Path = entry.Path } });
            }
        }
    }

    private static bool IsDevice(LayerEntry entry) => entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice;
}
