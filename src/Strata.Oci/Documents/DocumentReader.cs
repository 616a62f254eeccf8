using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Strata.Core;

namespace Strata.Oci.Documents;

/// <summary>Text from outside becomes documents that can be trusted to be well formed; what they name is still to be checked.</summary>
public static class DocumentReader
{
    private const int HistoryMax = 4096;
    private const int EntriesMax = 4096;
    private const int StringLengthMax = 1 << 20;
    private const int MediaTypeLengthMax = 255;

    /// <summary>A <see cref="Manifest"/> or an <see cref="ImageIndex"/>.</summary>
    /// <param name="declaredMediaType">What its descriptor or the registry's header says it is; must agree with what it is. Null = not said.</param>
    /// <exception cref="OciException">It is neither, or over a limit.</exception>
    public static (Manifest? Manifest, ImageIndex? Index) ReadManifest(ReadOnlySpan<byte> json, string? declaredMediaType)
    {
        var wire = Deserialize(json, Manifest.SizeBytesMax, WireJson.Strict.WireManifest, "manifest");
        var mediaType = wire.MediaType is { Length: > 0 } own ? own : declaredMediaType;
        if (declaredMediaType is not null && mediaType != declaredMediaType)
        {
            throw OciDiagnostics.BadDocument("manifest", $"it says that it is {OciDiagnostics.Shown(mediaType!)}, but was announced as {OciDiagnostics.Shown(declaredMediaType)}");
        }

        if (wire.SchemaVersion == 1)
        {
            throw OciDiagnostics.Unsupported("The manifest", "it has docker's old format, schema version 1");
        }

        if (wire.SchemaVersion is not (2 or null))
        {
            throw OciDiagnostics.BadDocument("manifest", "its schemaVersion is not 2");
        }

        // Neither a list that could be taken for an image nor the reverse (CVE-2021-41190).
        if (wire.Manifests is not null && (wire.Layers is not null || wire.Config is not null))
        {
            throw OciDiagnostics.BadDocument("manifest", "it is an index and an image at once");
        }

        return wire.Manifests is { } manifests
            ? (null, ReadIndex(wire, mediaType ?? MediaTypes.OciIndex, manifests))
            : (ReadImage(wire, mediaType ?? MediaTypes.OciManifest), null);
    }

    /// <exception cref="OciException">It is none, or over a limit.</exception>
    public static ImageConfig ReadConfig(ReadOnlySpan<byte> json)
    {
        var wire = Deserialize(json, ImageConfig.SizeBytesMax, WireJson.Strict.WireConfig, "image config");
        if (wire.RootFs is not { DiffIds: { } diffIds } || wire.RootFs.Type is not ("layers" or null))
        {
            throw OciDiagnostics.BadDocument("image config", "it does not list its layers (rootfs.diff_ids)");
        }

        Within("image config", diffIds.Count, Manifest.LayersMax, "layers");
        Within("image config", wire.History?.Count ?? 0, HistoryMax, "history entries");
        var run = wire.Config;
        return new()
        {
            Platform = new(Text(wire.Os) ?? "linux", Text(wire.Architecture) ?? throw OciDiagnostics.BadDocument("image config", "it names no architecture"), NullIfEmpty(Text(wire.Variant))),
            Created = Text(wire.Created),
            Author = Text(wire.Author),
            Env = Texts(run?.Env, "variables") ?? [],
            User = Text(run?.User) ?? "",
            WorkingDirectory = Text(run?.WorkingDir) ?? "",
            Entrypoint = Texts(run?.Entrypoint, "arguments"),
            Command = Texts(run?.Cmd, "arguments"),
            Shell = Texts(run?.Shell, "arguments"),
            Labels = Map(run?.Labels, "labels"),
            ExposedPorts = Texts(run?.ExposedPorts?.Keys.ToArray(), "ports") ?? [],
            Volumes = Texts(run?.Volumes?.Keys.ToArray(), "volumes") ?? [],
            StopSignal = Text(run?.StopSignal),
            DiffIds = [.. diffIds.Select(id => ReadDigest(id, "image config"))],
            History = [.. (wire.History ?? []).Select(entry => new HistoryEntry(Text(entry?.Created), Text(entry?.CreatedBy), Text(entry?.Comment), entry?.EmptyLayer ?? false))],
        };
    }

    private static ImageIndex ReadIndex(WireManifest wire, string mediaType, IReadOnlyList<WireDescriptor?> manifests)
    {
        if (!MediaTypes.IsIndex(mediaType))
        {
            throw OciDiagnostics.BadDocument("index", $"it lists manifests, but says that it is {OciDiagnostics.Shown(mediaType)}");
        }

        Within("index", manifests.Count, ImageIndex.ManifestsMax, "manifests");
        return new()
        {
            MediaType = mediaType,
            Manifests = [.. manifests.Select(manifest => ReadDescriptor(manifest, "index"))],
            Annotations = Map(wire.Annotations, "annotations"),
        };
    }

    private static Manifest ReadImage(WireManifest wire, string mediaType)
    {
        if (!MediaTypes.IsManifest(mediaType))
        {
            throw OciDiagnostics.BadDocument("manifest", $"it says that it is {OciDiagnostics.Shown(mediaType)}");
        }

        if (wire.Config is null || wire.Layers is null)
        {
            throw OciDiagnostics.BadDocument("manifest", "it has no config or no layers");
        }

        Within("manifest", wire.Layers.Count, Manifest.LayersMax, "layers");
        var manifest = new Manifest
        {
            MediaType = mediaType,
            Config = ReadDescriptor(wire.Config, "manifest"),
            Layers = [.. wire.Layers.Select(layer => ReadDescriptor(layer, "manifest"))],
            Annotations = Map(wire.Annotations, "annotations"),
        };
        var total = manifest.Config.Size;
        foreach (var layer in manifest.Layers)
        {
            total = layer.Size <= long.MaxValue - total ? total + layer.Size : throw OciDiagnostics.BadDocument("manifest", "its sizes have no sum");
        }

        return manifest;
    }

    private static Descriptor ReadDescriptor(WireDescriptor? wire, string document)
    {
        if (wire is not { MediaType: { Length: > 0 and <= MediaTypeLengthMax } mediaType, Size: >= 0 and var size })
        {
            throw OciDiagnostics.BadDocument(document, "a descriptor in it lacks its media type or its size");
        }

        return new()
        {
            MediaType = Text(mediaType)!,
            Digest = ReadDigest(wire.Digest, document),
            Size = size,
            Platform = wire.Platform is { Os: { } os, Architecture: { } architecture } platform ? new(Text(os)!, Text(architecture)!, NullIfEmpty(Text(platform.Variant))) : null,
            Annotations = Map(wire.Annotations, "annotations"),
        };
    }

    private static Digest ReadDigest(string? text, string document) =>
        Digest.TryParse(text, null, out var digest)
            ? digest
            : throw OciDiagnostics.BadDocument(document, text is not null && text.StartsWith("sha512:", StringComparison.Ordinal)
                ? "it uses sha512, and only sha256 is supported"
                : $"'{OciDiagnostics.Shown(text ?? "")}' is not a sha256 digest");

    private static T Deserialize<T>(ReadOnlySpan<byte> json, int sizeBytesMax, JsonTypeInfo<T> type, string document)
    {
        Within(document, json.Length, sizeBytesMax, "bytes");
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw OciDiagnostics.BadDocument(document, "it is null");
        }
        catch (JsonException e)
        {
            throw OciDiagnostics.BadDocument(document, $"it is not the JSON it should be (line {e.LineNumber + 1}, {OciDiagnostics.Shown(e.Path ?? "$")})", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException) // text that is no Unicode; a member twice in a map
        {
            throw OciDiagnostics.BadDocument(document, "it is not the JSON it should be", e);
        }
    }

    private static void Within(string document, int count, int max, string unit)
    {
        if (count > max)
        {
            throw OciDiagnostics.BadDocument(document, $"it has more than {max} {unit}");
        }
    }

    private static string[]? Texts(IReadOnlyList<string?>? texts, string unit)
    {
        Within("image config", texts?.Count ?? 0, EntriesMax, unit);
        return texts is null ? null : [.. texts.Select(text => Text(text) ?? "")];
    }

    private static IReadOnlyDictionary<string, string> Map(SortedDictionary<string, string?>? members, string unit)
    {
        if (members is not { Count: > 0 })
        {
            return Annotation.None;
        }

        Within("document", members.Count, EntriesMax, unit);
        SortedDictionary<string, string> map = new(StringComparer.Ordinal);
        foreach (var (name, value) in members)
        {
            map[Text(name)!] = Text(value) ?? "";
        }

        return map;
    }

    /// <summary>NUL ends arguments and variables early.</summary>
    private static string? Text(string? text) =>
        text is { Length: > StringLengthMax } || text?.Contains('\0', StringComparison.Ordinal) == true
            ? throw OciDiagnostics.BadDocument("document", "a text in it is too long or contains NUL")
            : text;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
