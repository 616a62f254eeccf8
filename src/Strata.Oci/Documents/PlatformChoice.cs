namespace Strata.Oci.Documents;

/// <summary>Which manifest of an index is meant. Pure.</summary>
public static class PlatformChoice
{
    /// <returns>The nearest, the first of equals; a single entry that names no platform; else null.</returns>
    public static Descriptor? Choose(IReadOnlyList<Descriptor> manifests, Platform wanted)
    {
        Descriptor? best = null;
        var nearest = int.MaxValue;
        Descriptor? nameless = null;
        var nestedOrNameless = 0;
        foreach (var manifest in manifests)
        {
            if (!MediaTypes.IsManifest(manifest.MediaType) && !MediaTypes.IsIndex(manifest.MediaType))
            {
                continue;
            }

            if (manifest.Platform is null)
            {
                nameless ??= manifest;
                nestedOrNameless++;
            }
            else if (wanted.DistanceTo(manifest.Platform) is { } distance && distance < nearest)
            {
                (best, nearest) = (manifest, distance);
            }
        }

        return best ?? (nestedOrNameless == 1 ? nameless : null);
    }

    /// <summary>For a message: the platforms there are, each once.</summary>
    internal static string Offered(IReadOnlyList<Descriptor> manifests)
    {
        const int ShownMax = 12;
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (var manifest in manifests)
        {
            if (manifest.Platform is { } platform && platform.Os != "unknown")
            {
                names.Add(OciDiagnostics.Shown(platform.ToString()));
            }
        }

        return names.Count == 0 ? "no platform that it names" : string.Join(", ", names.Take(ShownMax));
    }
}
