using System.Text;
using Strata.Layers;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Store;

namespace Strata.Images.BaseSystems;

/// <summary>What dpkg says is installed in a base system.</summary>
internal static class InstalledPackages
{
    private const long StatusBytesMax = 64 << 20;
    private static readonly byte[] StatusPath = "var/lib/dpkg/status"u8.ToArray();

    /// <returns><c>name=version</c>, sorted; foreign architectures as <c>name:architecture=version</c>. Empty: there is no dpkg in it.</returns>
    /// <exception cref="DamagedLayerException">The layer contradicts itself.</exception>
    public static IReadOnlyList<string> Read(LayerLease layer)
    {
        using var reader = ErofsReader.Open(layer.Image, ownsFile: false);
        foreach (var entry in reader.Entries())
        {
            if (entry.Entry is { Kind: EntryKind.File, Size: <= StatusBytesMax } && entry.Entry.Path.AsSpan().SequenceEqual(StatusPath))
            {
                var bytes = new byte[entry.Entry.Size];
                reader.ReadContent(entry, 0, bytes);
                return Parse(Encoding.UTF8.GetString(bytes), ImageDigest.DebianArchitecture);
            }
        }

        return [];
    }

    /// <summary>deb822 stanzas, as dpkg writes them (dpkg-query(1)).</summary>
    internal static IReadOnlyList<string> Parse(string status, string architecture)
    {
        var packages = new List<string>();
        string? name = null, version = null, own = null;
        var installed = false;
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.Length == 0)
            {
                Add();
            }
            else if (Value(line, "Package: ") is { } package)
            {
                name = package;
            }
            else if (Value(line, "Version: ") is { } text)
            {
                version = text;
            }
            else if (Value(line, "Architecture: ") is { } machine)
            {
                own = machine;
            }
            else if (Value(line, "Status: ") is { } state)
            {
                installed = state.EndsWith(" installed", StringComparison.Ordinal);
            }
        }

        Add();
        packages.Sort(StringComparer.Ordinal);
        return packages;

        void Add()
        {
            if (installed && name is not null && version is not null)
            {
                packages.Add(own is null or "all" || own == architecture ? $"{name}={version}" : $"{name}:{own}={version}");
            }

            (name, version, own, installed) = (null, null, null, false);
        }
    }

    private static string? Value(ReadOnlySpan<char> line, string field) => line.StartsWith(field, StringComparison.Ordinal) ? line[field.Length..].Trim().ToString() : null;
}
