using System.Text.Json;

namespace Strata.Oci.Documents;

/// <summary>One spelling for each document, so that equal images get equal digests: members in the specification's order, maps sorted, no white space.</summary>
public static class DocumentWriter
{
    public static byte[] Write(Manifest manifest) => JsonSerializer.SerializeToUtf8Bytes(
        new WireManifest(2, manifest.MediaType, ToWire(manifest.Config), [.. manifest.Layers.Select(ToWire)], null, Sorted(manifest.Annotations)),
        WireJson.Strict.WireManifest);

    public static byte[] Write(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(
        new WireManifest(2, index.MediaType, null, null, [.. index.Manifests.Select(ToWire)], Sorted(index.Annotations)),
        WireJson.Strict.WireManifest);

    public static byte[] Write(ImageConfig config) => JsonSerializer.SerializeToUtf8Bytes(
        new WireConfig(
            config.Created,
            config.Author,
            config.Platform.Architecture,
            config.Platform.Variant,
            config.Platform.Os,
            new(
                NullIfEmpty(config.User),
                Set(config.ExposedPorts),
                config.Env.Count == 0 ? null : config.Env,
                config.Entrypoint,
                config.Command,
                Set(config.Volumes),
                NullIfEmpty(config.WorkingDirectory),
                Sorted(config.Labels),
                config.StopSignal,
                config.Shell),
            new("layers", [.. config.DiffIds.Select(id => id.ToString())]),
            config.History.Count == 0 ? null : [.. config.History.Select(entry => new WireHistory(entry.Created, entry.CreatedBy, entry.Comment, entry.EmptyLayer ? true : null))]),
        WireJson.Strict.WireConfig);

    private static WireDescriptor ToWire(Descriptor descriptor) => new(
        descriptor.MediaType,
        descriptor.Digest.ToString(),
        descriptor.Size,
        descriptor.Platform is { } platform ? new(platform.Architecture, platform.Os, platform.Variant) : null,
        Sorted(descriptor.Annotations));

    private static SortedDictionary<string, string?>? Sorted(IReadOnlyDictionary<string, string> map)
    {
        if (map.Count == 0)
        {
            return null;
        }

        SortedDictionary<string, string?> sorted = new(StringComparer.Ordinal);
        foreach (var (name, value) in map)
        {
            sorted[name] = value;
        }

        return sorted;
    }

    private static SortedDictionary<string, WireEmpty?>? Set(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return null;
        }

        SortedDictionary<string, WireEmpty?> set = new(StringComparer.Ordinal);
        foreach (var name in names)
        {
            set[name] = new();
        }

        return set;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
