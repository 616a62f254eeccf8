using System.Text;
using Strata.Core.Diagnostics;
using Strata.Images.Copying;
using Strata.Images.Recipes;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Images.Tests.Copying;

/// <summary>An empty store, layers in it, and copies between them.</summary>
internal sealed class CopyStore : IDisposable
{
    private readonly List<IDisposable> _held = [];

    public string Path { get; } = Directory.CreateTempSubdirectory("strata-copy-").FullName;

    public static SourceSpan At { get; } = new("strata.yml", 7, 9);

    public ILayerPlace Layers => new LocalLayerStore(Path, TimeProvider.System).Public;

    public static LayerEntry Folder(string path, uint mode = 0x1ed) => Entry(EntryKind.Directory, path, mode);

    public static LayerEntry File(string path, uint mode = 0x1a4) => Entry(EntryKind.File, path, mode);

    public static LayerEntry Link(string path, string target) => Entry(EntryKind.Symlink, path, 0x1ff) with { Link = Encoding.UTF8.GetBytes(target) };

    public static LayerEntry HardLink(string path, string target) => Entry(EntryKind.HardLink, path, 0) with { Link = Encoding.UTF8.GetBytes(target) };

    public static LayerEntry Device(string path, uint major, uint minor) => Entry(EntryKind.CharacterDevice, path, 0x1b6) with { DeviceMajor = major, DeviceMinor = minor };

    /// <summary>A layer of entries; files have their text as content.</summary>
    public LayerLease Layer(params (LayerEntry Entry, string Text)[] entries)
    {
        using var write = Layers.Start();
        using var builder = new LayerBuilder(write.Target);
        foreach (var (entry, text) in entries)
        {
            var content = Encoding.UTF8.GetBytes(text);
            if (content.Length == 0)
            {
                builder.Add(entry);
                continue;
            }

            builder.BeginFile(entry with { Size = content.Length });
            builder.Write(content);
            builder.EndFile();
        }

        return Hold(write.CommitAsync(builder.Finish(), CancellationToken.None).AsTask().GetAwaiter().GetResult().Lease!);
    }

    /// <summary>A layer of files by path; a path that ends in a slash is a directory.</summary>
    public LayerLease Layer(params string[] paths) =>
        Layer([.. paths.Select(p => p.EndsWith('/') ? (Folder(p[..^1]), "") : (File(p), $"content of {p}"))]);

    public static RecipeStep.Copy Step(string from, string to) => Step([from], to);

    public static RecipeStep.Copy Step(string[] from, string to) => new([.. from.Select(f => new CopyPattern(f, At))], to, [], null, null, null, At);

    public CopyRequest Request(RecipeStep.Copy step, LayerLease from, params LayerLease[] below) => new()
    {
        Below = below,
        From = [from],
        Step = step,
        FromWorkspace = true,
        Views = new(Layers, []),
    };

    public CopiedFiles Find(CopyRequest request) => Hold(CopiedFiles.FindAsync(request, CancellationToken.None).GetAwaiter().GetResult());

    public PlannedCopy Plan(CopyRequest request) => Hold(CopyPlan.MakeAsync(request, CancellationToken.None).GetAwaiter().GetResult());

    /// <summary>What the layer of a copy shows: path → what it is; the root left out.</summary>
    public IReadOnlyList<string> Copy(CopyRequest request) => Show(Commit(Plan(request)));

    public LayerLease Commit(PlannedCopy copy)
    {
        var layer = Commit(target => copy.WriteAsync(target, CancellationToken.None));
        static string Line(IndexEntry e) => $"{Show(e.Entry, [])} {e.Entry.Modified} {e.Entry.Size} {e.Entry.Attributes.Count} {(e.Entry.Kind is EntryKind.File ? e.Content : null)}";
        copy.Placed().Select(Line).ShouldBe(LayerIndex.Open(layer.IndexPath!).Entries().Select(Line)); // what it says it will be, it is
        CopyDifference.Between(LayerIndex.Open(layer.IndexPath!), copy.Placed()).ShouldBeEmpty();
        return layer;
    }

    public LayerLease Commit(Func<LayerTarget, Task<PackedLayer>> write)
    {
        using var started = Layers.Start();
        var packed = write(started.Target).GetAwaiter().GetResult();
        return Hold(started.CommitAsync(packed, CancellationToken.None).AsTask().GetAwaiter().GetResult().Lease!);
    }

    /// <summary>One line a name, as text that a test can write: <c>a/b 0644 0:0 =content</c>.</summary>
    public static IReadOnlyList<string> Show(LayerLease layer) => [.. Read(layer).Where(static e => e.Entry.Path.Length > 0).Select(static e => Show(e.Entry, e.Content))];

    public static List<(LayerEntry Entry, byte[] Content)> Read(LayerLease layer)
    {
        using var reader = ErofsReader.Open(layer.Image, ownsFile: false);
        reader.Devices.ShouldBeEmpty();
        var read = new List<(LayerEntry, byte[])>();
        foreach (var entry in reader.Entries())
        {
            var content = new byte[entry.Entry.Size];
            reader.ReadContent(entry, 0, content);
            read.Add((entry.Entry, content));
        }

        return read;
    }

    /// <summary>All files of the store that say something, by name.</summary>
    public IReadOnlyList<string> Files() => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Where(static f => !f.EndsWith("stamp", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public T Hold<T>(T held)
        where T : IDisposable
    {
        _held.Add(held);
        return held;
    }

    public void Dispose()
    {
        _held.ForEach(static h => h.Dispose());
        Directory.Delete(Path, recursive: true);
    }

    private static string Show(LayerEntry entry, byte[] content)
    {
        var path = Encoding.UTF8.GetString(entry.Path);
        var text = Encoding.UTF8.GetString(content);
        var rest = entry.Kind switch
        {
            EntryKind.Directory => "/",
            EntryKind.Symlink => $" -> {Encoding.UTF8.GetString(entry.Link)}",
            EntryKind.HardLink => $" == {Encoding.UTF8.GetString(entry.Link)}",
            EntryKind.File => text == $"content of {path}" ? "" : $" ={text}",
            _ => $" {entry.Kind}",
        };
        var mode = entry.Kind is EntryKind.Symlink or EntryKind.HardLink ? "" : $" {Convert.ToString(entry.Mode, 8)}";
        var owner = (entry.User, entry.Group) == (0, 0) ? "" : $" {entry.User}:{entry.Group}";
        return $"{path}{(rest == "/" ? "/" : "")}{mode}{owner}{(rest == "/" ? "" : rest)}";
    }

    private static LayerEntry Entry(EntryKind kind, string path, uint mode) => new()
    {
        Kind = kind, Path = Encoding.UTF8.GetBytes(path), Mode = mode, User = 0, Group = 0, Modified = new(1_000_000_000, 5),
    };
}
