using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;
using Strata.Images.Registries;
using Strata.Oci.Content;
using Strata.Oci.Documents;
using OciConfig = Strata.Oci.Documents.ImageConfig;

namespace Strata.Images.Transfers;

/// <summary>
/// An image as others take it: a config and plain tars. Nothing but the image decides its bytes. What came with a config keeps it (labels, ports, history),
/// but for what its definition sets.
/// </summary>
internal sealed record OutgoingImage(Manifest Manifest, byte[] Config, IReadOnlyList<BlobSource> Layers)
{
    private const string Created = "1980-01-01T00:00:00Z"; // as the files of base systems

    public static async Task<OutgoingImage> DescribeAsync(
        HeldImage image, ImageConfig config, TarFacts tars, PulledImages images, BuildProgress progress, CancellationToken cancellationToken)
    {
        var layers = new List<BlobSource>(image.Leases.Count);
        for (var i = 0; i < image.Leases.Count; i++)
        {
            var number = i + 1;
            layers.Add(await tars.DescribeAsync(
                image.Leases[i], bytes => progress.Change($"layer {number} of {image.Leases.Count}: {new ByteSize(bytes)} described"), cancellationToken).ConfigureAwait(false));
        }

        var bytes = DocumentWriter.Write(ConfigOf(image, config, layers, images));
        var manifest = new Manifest { Config = Descriptor.Of(MediaTypes.OciConfig, bytes), Layers = [.. layers.Select(layer => layer.Descriptor)] };
        return new(manifest, bytes, layers);
    }

    private static OciConfig ConfigOf(HeldImage image, ImageConfig config, List<BlobSource> layers, PulledImages images)
    {
        var original = image.Origin is var (org, manifest) && images.FindConfig(org, manifest) is { } kept ? Read(kept) : null;
        var history = HistoryOf(image, original, layers.Count);
        return (original ?? new OciConfig { Platform = Platform.Host, DiffIds = [] }) with
        {
            Created = original?.Created ?? Created,
            Env = [.. Variables(original, config)],
            User = config.User ?? "",
            WorkingDirectory = config.WorkingDirectory ?? "",
            Entrypoint = config.Entrypoint,
            Command = config.Command,
            DiffIds = [.. layers.Select(layer => layer.Descriptor.Digest)],
            History = history,
            Labels = Labels(original, image),
        };
    }

    /// <summary>What the base says of its layers, then a line for each that was built on it.</summary>
    private static List<HistoryEntry> HistoryOf(HeldImage image, OciConfig? original, int layers)
    {
        var below = image.Titles.Count == 0 ? layers : image.Titles.Count(static title => title is null);
        List<HistoryEntry> history = original?.History is { Count: > 0 } own && own.Count(entry => !entry.EmptyLayer) == below
            ? [.. own.Select(entry => entry with { Created = entry.Created ?? Created })]
            : [.. Enumerable.Repeat(new HistoryEntry(Created, "strata", null, EmptyLayer: false), below)];
        history.AddRange(image.Titles.Where(static title => title is not null).Select(static title => new HistoryEntry(Created, $"strata: {title}", null, EmptyLayer: false)));
        return history;
    }

    private static Dictionary<string, string> Labels(OciConfig? original, HeldImage image)
    {
        var labels = new Dictionary<string, string>(original?.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (name, value) in image.Labels)
        {
            labels[name] = value;
        }

        return labels;
    }

    /// <summary>In the image's own order, then what its definition adds, by name.</summary>
    private static IEnumerable<string> Variables(OciConfig? original, ImageConfig config)
    {
        var left = new SortedDictionary<string, string>(config.Environment.ToDictionary(), StringComparer.Ordinal);
        foreach (var name in original?.Variables().Keys ?? [])
        {
            if (left.Remove(name, out var value))
            {
                yield return $"{name}={value}";
            }
        }

        foreach (var (name, value) in left)
        {
            yield return $"{name}={value}";
        }
    }

    private static OciConfig? Read(byte[] json)
    {
        try
        {
            return DocumentReader.ReadConfig(json);
        }
        catch (EnvironmentException)
        {
            return null; // damaged here: the image is still described by its record
        }
    }
}
