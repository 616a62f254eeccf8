using Strata.Core.Diagnostics;
using Strata.Images.Recipes;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Images.Copying;

/// <summary>A name that is copied.</summary>
/// <param name="Entry">Its path is below the target.</param>
/// <param name="Image">Where its content is.</param>
/// <param name="Source">What it is there.</param>
internal readonly record struct CopiedName(LayerEntry Entry, ErofsReader Image, ErofsEntry Source);

/// <summary>The names of all items together: of what two items bring, the later one counts.</summary>
internal sealed class CopyList(RecipeStep.Copy step)
{
    private readonly Dictionary<byte[], (int Item, bool IsDirectory)> _owners = new(NameComparer.Instance);

    /// <returns>In path order.</returns>
    /// <param name="images">The items' views.</param>
    /// <param name="fileNames">What those are called that are single files; else null.</param>
    /// <exception cref="UserErrorException">One item has a file where another has a directory (STR3162).</exception>
    public List<CopiedName> Of(IReadOnlyList<ErofsReader> images, IReadOnlyList<byte[]?> fileNames)
    {
        var names = new List<List<ErofsEntry>>(images.Count);
        for (var i = 0; i < images.Count; i++)
        {
            names.Add(Read(images[i], i, fileNames[i]));
        }

        var list = new List<CopiedName>(_owners.Count);
        for (var i = 0; i < images.Count; i++)
        {
            AddOwned(list, images[i], i, names[i]);
        }

        if (images.Count > 1)
        {
            list.Sort(static (a, b) => PathOrder.Compare(a.Entry.Path, b.Entry.Path));
        }

        return list;
    }

    private List<ErofsEntry> Read(ErofsReader image, int item, byte[]? fileName)
    {
        var names = new List<ErofsEntry>();
        foreach (var found in image.Entries())
        {
            if (found.Entry.Path.Length == 0)
            {
                continue; // what is in it goes below the target
            }

            var name = fileName is null ? found : found with { Entry = found.Entry with { Path = fileName } };
            var isDirectory = name.Entry.Kind is EntryKind.Directory;
            if (_owners.TryGetValue(name.Entry.Path, out var earlier) && earlier.IsDirectory != isDirectory)
            {
                throw new UserErrorException(CopyDiagnostics.KindsDiffer(
                    PosixPath.Show(name.Entry.Path), CopyDiagnostics.KindName(name.Entry.Kind), "something else that the same step copies", null, step.At));
            }

            _owners[name.Entry.Path] = (item, isDirectory);
            names.Add(name);
        }

        return names;
    }

    private void AddOwned(List<CopiedName> list, ErofsReader image, int item, List<ErofsEntry> names)
    {
        var hidden = new Dictionary<byte[], ErofsEntry>(NameComparer.Instance); // files whose first name is another item's: the next name has the content
        var firstNames = new Dictionary<byte[], byte[]>(NameComparer.Instance); // and is the first then
        foreach (var name in names)
        {
            var entry = name.Entry;
            var source = name;
            if (entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice || _owners[entry.Path].Item != item)
            {
                hidden[entry.Path] = name;
                continue;
            }

            if (entry.Kind is EntryKind.HardLink && firstNames.TryGetValue(entry.Link, out var first))
            {
                entry = entry with { Link = first };
            }
            else if (entry.Kind is EntryKind.HardLink && hidden.TryGetValue(entry.Link, out source))
            {
                if (source.Entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice)
                {
                    continue;
                }

                firstNames[entry.Link] = entry.Path;
                entry = source.Entry with { Path = entry.Path };
            }

            list.Add(new(entry, image, source ?? name));
        }
    }
}
