using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Storage;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary>docs/configuration.md.</summary>
/// <param name="Runners">From a <c>runs-on</c> label to an image reference.</param>
/// <param name="Runtime">An OCI runtime, or null for crun or runc.</param>
internal sealed record ConfigurationFile(IReadOnlyDictionary<string, string> Runners, string? Runtime)
{
    /// <summary>Hosts of registries (<c>host</c> or <c>host:port</c>) that may be spoken to over plain http.</summary>
    public IReadOnlySet<string> InsecureRegistries { get; init; } = new HashSet<string>();

    /// <summary>What stored layers may take; null: 20 GB or a tenth of the disk, whichever is less.</summary>
    public long? LayersBytesMax { get; init; }

    /// <summary>Where blobs are stored, as <c>storage:</c> or <c>cache: {storage:}</c> says; null: layers are on this host alone.</summary>
    public StorageLocation? Storage { get; init; }

    /// <summary>How long artifacts are kept, and how much they may take; null: as usual. Runs without artifacts do not load what knows that.</summary>
    public ArtifactLimits? Artifacts { get; init; }

    /// <summary>Whether and how caches are kept.</summary>
    public CacheSettings Cache { get; init; } = new();

    private const int SizeMax = 1 << 20;

    private static readonly string[] Keys = ["runners", "runtime", "registries", "layers", "storage", "artifacts", "cache"];

    private static ConfigurationFile Empty { get; } = new(new Dictionary<string, string>(), null);

    /// <summary>The same, with the storage of --storage.</summary>
    /// <exception cref="UserErrorException">It is no URL of a storage.</exception>
    public ConfigurationFile With(string storage) => this with { Storage = StorageLocation.Parse(storage) };

    /// <summary>The file of --config, which must exist, else config.yml of the data directory, which need not.</summary>
    public static ConfigurationFile Read(string? option, string dataDirectory, List<Diagnostic> problems)
    {
        var path = option ?? Path.Combine(dataDirectory, "config.yml");
        try
        {
            if (!File.Exists(path))
            {
                if (option is not null)
                {
                    problems.Add(CliDiagnostics.NoConfiguration(option));
                }

                return Empty;
            }

            var bytes = BoundedFile.Read(path, SizeMax);
            if (bytes.Length > SizeMax)
            {
                problems.Add(CliDiagnostics.Unreadable(path, "it is larger than 1 MiB."));
                return Empty;
            }

            return YamlReader.Read(path, bytes.Span, problems) is { } root ? Of(root, problems) : Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(CliDiagnostics.Unreadable(path, e.Message));
            return Empty;
        }
    }

    private static ConfigurationFile Of(YamlNode root, List<Diagnostic> problems)
    {
        if (root is not YamlMapping mapping)
        {
            problems.Add(CliDiagnostics.BadConfiguration(root.At, "The configuration is not a mapping.", "Write key: value lines; see docs/configuration.md."));
            return Empty;
        }

        Dictionary<string, string> runners = new(StringComparer.Ordinal);
        string? runtime = null;
        HashSet<string> insecure = new(StringComparer.OrdinalIgnoreCase);
        long? layersMax = null;
        StorageLocation? storage = null;
        ArtifactLimits? artifacts = null;
        var cache = new CacheSettings();
        foreach (var entry in mapping.Entries)
        {
            switch (entry.Key.Text)
            {
                case "runners" when entry.Value is YamlMapping labels:
                    foreach (var label in labels.Entries)
                    {
                        runners[label.Key.Text] = Text(label.Value, problems);
                    }

                    break;
                case "runtime" when entry.Value is YamlScalar:
                    runtime = Text(entry.Value, problems);
                    break;
                case "registries" when entry.Value is YamlMapping registries:
                    RegistrySettings.Read(registries, insecure, problems);
                    break;
                case "layers" when entry.Value is YamlMapping layers:
                    layersMax = LayerSettings.ReadSizeMax(layers, problems);
                    break;
                case "storage" when entry.Value is YamlMapping settings:
                    storage = StorageSettings.Read(settings, problems);
                    break;
                case "artifacts" when entry.Value is YamlMapping settings:
                    artifacts = ArtifactSettings.Read(settings, problems);
                    break;
                case "cache" when entry.Value is YamlMapping settings:
                    cache = CacheSettings.Read(settings, problems);
                    break;
                case var key when Keys.Contains(key):
                    problems.Add(CliDiagnostics.BadConfiguration(entry.Value.At, $"'{key}' has a value of the wrong kind.", "See docs/configuration.md."));
                    break;
                case var key:
                    problems.Add(Unknown(entry.Key, "The configuration", Keys));
                    break;
            }
        }

        if (storage is not null && cache.Storage is not null && storage != cache.Storage && mapping.FindKey("storage") is { } first)
        {
            problems.Add(CliDiagnostics.TwoStorages(((YamlMapping)mapping.Find("cache")!).FindKey("storage")!.At, first.At.Line));
        }

        return new(runners, runtime) { InsecureRegistries = insecure, LayersBytesMax = layersMax, Storage = storage ?? cache.Storage, Artifacts = artifacts, Cache = cache };
    }

    internal static Diagnostic Unknown(YamlScalar key, string where, IReadOnlyList<string> known)
    {
        var nearest = Suggestion.Nearest(key.Text, known);
        return CliDiagnostics.BadConfiguration(
            key.At, $"{where} has no key '{key.Text}'.", nearest is null ? $"Known keys: {string.Join(", ", known)}." : $"Did you mean '{nearest}'?");
    }

    private static string Text(YamlNode node, List<Diagnostic> problems)
    {
        if (node is YamlScalar { Text.Length: > 0 } scalar)
        {
            return scalar.Text;
        }

        problems.Add(CliDiagnostics.BadConfiguration(node.At, "Expected a text.", "See docs/configuration.md."));
        return "";
    }
}
