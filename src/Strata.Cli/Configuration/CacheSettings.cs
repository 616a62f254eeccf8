using Strata.Caching.Life;
using Strata.Caching.Presets;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Storage;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Cli.Configuration;

/// <summary><c>cache:</c>, whether and how caches are kept.</summary>
internal sealed record CacheSettings
{
    /// <summary>False: as with --no-cache, nothing is looked for and nothing is saved.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Since the last use, for entries that do not say.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromDays(7);

    public long? SizeBytesMax { get; init; }

    public long? OrganizationBytesMax { get; init; }

    public long? RepositoryBytesMax { get; init; }

    /// <summary>Null: all.</summary>
    public IReadOnlySet<string>? Types { get; init; }

    /// <summary>Where layers are kept beside this host; null: as <c>storage:</c> says.</summary>
    public StorageLocation? Storage { get; init; }

    /// <summary>The share of hits of cached steps that are run once more and compared, 0 to 1.</summary>
    public double VerifyShare { get; init; }

    public SweepPolicy SweepPolicy => new() { Ttl = Ttl, SizeBytesMax = SizeBytesMax, OrganizationBytesMax = OrganizationBytesMax, RepositoryBytesMax = RepositoryBytesMax };

    private static readonly string[] Keys = ["enabled", "storage", "ttl", "max_size", "max_size_per_org", "max_size_per_repo", "types", "verify"];

    private const string NoCachesHelp = "Write enabled: false to have no caches, or leave it out for no limit.";

    private const string YarnBerryType = "yarn-berry";

    /// <summary>Both are yarn.</summary>
    private const string YarnType = "yarn";

    /// <summary>Of caches without a preset.</summary>
    private const string CustomType = "custom";

    /// <summary>Of a registry's images, for the registry to come.</summary>
    private const string DockerType = "docker";

    /// <summary>Whether caches of a preset are used; those without a preset always are.</summary>
    public bool IsActive(string preset) => Types is null || preset == CustomType || Types.Contains(preset) || (preset == YarnBerryType && Types.Contains(YarnType));

    public static CacheSettings Read(YamlMapping cache, List<Diagnostic> problems)
    {
        var settings = new CacheSettings();
        foreach (var (key, value) in cache.Entries)
        {
            settings = key.Text switch
            {
                "enabled" => settings with { Enabled = Flag(value, problems) },
                "ttl" => settings with { Ttl = Duration(value, problems) ?? settings.Ttl },
                "max_size" => settings with { SizeBytesMax = SizeSetting.Read(key.Text, value, NoCachesHelp, problems) },
                "max_size_per_org" => settings with { OrganizationBytesMax = SizeSetting.Read(key.Text, value, NoCachesHelp, problems) },
                "max_size_per_repo" => settings with { RepositoryBytesMax = SizeSetting.Read(key.Text, value, NoCachesHelp, problems) },
                "types" => settings with { Types = ReadTypes(value, problems) },
                "verify" => settings with { VerifyShare = ReadShare(value, problems) },
                "storage" => settings with { Storage = ReadStorage(value, problems) },
                _ => Unknown(settings, key, problems),
            };
        }

        return settings;
    }

    private static CacheSettings Unknown(CacheSettings settings, YamlScalar key, List<Diagnostic> problems)
    {
        problems.Add(ConfigurationFile.Unknown(key, "'cache'", Keys));
        return settings;
    }

    private static StorageLocation? ReadStorage(YamlNode value, List<Diagnostic> problems)
    {
        if (value is YamlMapping storage)
        {
            return StorageSettings.Read(storage, problems);
        }

        problems.Add(CliDiagnostics.BadConfiguration(value.At, "'storage' is no mapping.", "Write for example: { type: s3, bucket: NAME, region: eu-central-1 }"));
        return null;
    }

    private static bool Flag(YamlNode value, List<Diagnostic> problems)
    {
        if (value is YamlScalar { Kind: YamlKind.Boolean } flag)
        {
            return flag.Boolean;
        }

        problems.Add(CliDiagnostics.BadConfiguration(value.At, "'enabled' must be true or false.", "false: nothing is looked for and nothing is saved."));
        return true;
    }

    private static TimeSpan? Duration(YamlNode value, List<Diagnostic> problems)
    {
        if (value is YamlScalar scalar && Lifetime.TryParse(scalar.Text, out var duration))
        {
            return duration;
        }

        problems.Add(CliDiagnostics.BadConfiguration(value.At, "'ttl' is no duration.", "Write a number with a unit, for example 12h or 7d."));
        return null;
    }

    private static double ReadShare(YamlNode value, List<Diagnostic> problems)
    {
        if (value is YamlScalar scalar && Share.TryParse(scalar.Text, out var share))
        {
            return share;
        }

        problems.Add(CliDiagnostics.BadConfiguration(value.At, "'verify' is no percentage.", "Write for example 5%."));
        return 0;
    }

    private static HashSet<string>? ReadTypes(YamlNode value, List<Diagnostic> problems)
    {
        if (value is not YamlSequence list)
        {
            problems.Add(CliDiagnostics.BadConfiguration(value.At, "'types' is no list.", "Write for example: [npm, pip]"));
            return null;
        }

        string[] known = [.. CachePresets.All.Select(preset => preset.Name), DockerType];
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (item is YamlScalar scalar && known.Contains(scalar.Text))
            {
                types.Add(scalar.Text);
            }
            else
            {
                var nearest = item is YamlScalar text ? Suggestion.Nearest(text.Text, known) : null;
                problems.Add(CliDiagnostics.BadConfiguration(
                    item.At, item is YamlScalar name ? $"There is no type '{name.Text}' of caches." : "A type of caches is a name.",
                    nearest is null ? $"Known types: {string.Join(", ", known)}." : $"Did you mean '{nearest}'?"));
            }
        }

        return types;
    }
}
