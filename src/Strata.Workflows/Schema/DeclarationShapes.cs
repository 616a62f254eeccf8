using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary>Strata's own declarations: images, caches, artifacts.</summary>
internal static class DeclarationShapes
{
    private static readonly Shape Duration = NonEmptyText;

    public static IReadOnlyList<string> Presets => [.. PresetPaths.Keys];

    /// <summary>What Strata.Caching's presets keep, by name.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> PresetPaths { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["npm"] = ["~/.npm"],
        ["yarn"] = ["~/.cache/yarn", "~/.yarn/berry/cache"],
        ["yarn-berry"] = ["~/.yarn/berry/cache"],
        ["pnpm"] = ["~/.local/share/pnpm/store"],
        ["pip"] = ["~/.cache/pip"],
        ["maven"] = ["~/.m2/repository"],
        ["gradle"] = ["~/.gradle/caches", "~/.gradle/wrapper"],
        ["go"] = ["~/go/pkg/mod", "~/.cache/go-build"],
        ["cargo"] = ["~/.cargo/registry/index", "~/.cargo/registry/cache", "~/.cargo/git/db"],
        ["nuget"] = ["~/.nuget/packages"],
        [RollingPreset] = ["~/.cache/ccache"],
        [TreePreset] = ["node_modules"],
    };

    /// <summary>The preset that is rolling if nothing is said.</summary>
    public const string RollingPreset = "ccache";

    /// <summary>The preset that a job may use for several directories: no variable leads its tool to one of them.</summary>
    public const string TreePreset = "node_modules";

    public static ObjectShape Copy { get; } = new("a copy step",
    [
        RequiredKey("from", TextOrTexts, "Files of the workspace (or of from-image), one pattern or a list."),
        RequiredKey("to", NonEmptyText, "Where to; with a final / it is a directory."),
        Key("exclude", TextOrTexts, "Patterns of what not to copy."),
        Key("mode", Text, "Mode of the copied files, in octal: \"0755\"."),
        Key("owner", NonEmptyText, "USER or USER:GROUP of the copied files; root if absent."),
        Key("from-image", NonEmptyText, "Copy from this definition or reference, not from the workspace."),
    ]);

    public static ObjectShape ImageStep { get; } = new("an image step",
    [
        Key("run", NonEmptyText, "A command that changes the image."),
        Key("shell", NonEmptyText, "The shell of run; sh -e if absent."),
        Key("env", TextMapping, "With run: variables of this command. Alone: variables of the image from here on."),
        Key("args", TextMapping, "Values the command may use; they are part of the layer's key."),
        Key("secrets", Texts, "Names of secrets, as files in /run/secrets while the command runs; never kept."),
        Key("network", OneOf("default", "none"), "Whether the command may use the network."),
        Key("timeout-minutes", Number, "The command is ended after this time; 360 if absent."),
        Key("copy", Object(Copy), "Copies files into the image."),
        Key("workdir", NonEmptyText, "The directory of later steps and of the image."),
        Key("user", NonEmptyText, "The user of later steps and of the image."),
    ]);

    public static ObjectShape Image { get; } = new("an image",
    [
        RequiredKey("from", NonEmptyText, "debootstrap:SUITE, rootfs:FILE.tar, images.NAME or an OCI reference."),
        Key("packages", Texts, "Debian packages to add to a debootstrap base."),
        Key("env", TextMapping, "Environment variables of the image and of its steps."),
        Key("user", NonEmptyText, "The user commands run as; root if absent."),
        Key("workdir", NonEmptyText, "The directory commands start in."),
        Key("network", OneOf("default", "none"), "Whether build steps may use the network; default if absent."),
        Key("args", TextMapping, "Values all steps may use."),
        Key("resources", Object(ResourceShapes.Limits), "Limits of each command."),
        Key("max-age", Duration, "Steps with network are built again once older than this."),
        Key("steps", ListOf(Object(ImageStep)), "What is done to the base, one layer a step."),
    ]);

    private static readonly Shape RestoreKeys = TemplateOrTemplates(Sites.CacheKey) with { EmptyList = true };

    public static ObjectShape Cache { get; } = new("a cache",
    [
        Key("preset", new() { Scalars = ScalarTypes.Text, NonEmpty = true }, "Paths, key and vary known for a package manager: npm, yarn, yarn-berry, pnpm, pip, maven, gradle, go, cargo, nuget, ccache, node_modules."),
        Key("paths", TemplateOrTemplates(Sites.CacheKey), "What is kept: directories, ~ is the home directory, relative paths are in the workspace."),
        Key("key", Template(Sites.CacheKey), "The exact key; at most 512 characters, no comma and no line break."),
        Key("restore-keys", RestoreKeys, "Prefixes tried in order if the exact key is not there; [] for none, the preset's neither."),
        new("restoreKeys", RestoreKeys, "The same as restore-keys.") { SpellingOf = "restore-keys" },
        Key("vary", new() { Items = OneOf("image", "platform"), NonEmpty = true }, "What else separates entries: image (the default) or only platform."),
        Key("ttl", Duration, "Dropped when not used for this long."),
        Key("max-age", Duration, "Dropped this long after it was saved."),
        Key("save", new() { Scalars = ScalarTypes.Text | ScalarTypes.Boolean, Allowed = ["on-success", "always", "never"] }, "When to save: on-success (the default), always, never; true and false too."),
        Key("rolling", Flag, "Saved after every run under a new version of the same key (for stores that check themselves, as ccache)."),
        Key("fail-on-miss", Flag, "Fails the job if nothing is found, by a restore key neither. Not with `--no-cache`."),
        Key("lookup-only", Flag, "Looks whether the key is there, restores nothing."),
        Key("share-with-forks", Flag, "Whether builds of forks may read entries that no secret can be in (default true). Counts as the workflow of a protected ref says it."),
        new("shareWithForks", Flag, "The same as share-with-forks.") { SpellingOf = "share-with-forks" },
    ]);

    public static ObjectShape Artifact { get; } = new("an artifact",
    [
        RequiredKey("name", NonEmptyTemplate(Sites.Artifact), "The name consumers use."),
        RequiredKey("path", TemplateOrTemplates(Sites.Artifact), "Files or directories, one pattern or a list."),
        Key("retention", Duration, "How long it is kept, as 7d."),
        Key("if-empty", OneOf("error", "warn", "ignore"), "What to do if nothing matches; error if absent."),
        Key("when", OneOf("on-success", "on-failure", "always"), "After which result of the job; on-success if absent."),
        Key("allow-secrets-in", Texts, "Patterns of files, from the artifact's root, in which a find of a secret does not block the upload."),
    ]);

    public static ObjectShape ArtifactInput { get; } = new("an artifacts-from entry",
    [
        RequiredKey("path", NonEmptyTemplate(Sites.CacheKey), "Where the artifact's tree appears."),
        Key("optional", Flag, "Whether the job also runs without it."),
        Key("run", NonEmptyTemplate(Sites.CacheKey), "The id of another run to take it from."),
        Key("trust", OneOf("fork"), "fork: accepts an artifact made by a fork's run."),
        Key("job", NonEmptyText, "The job that made it."),
    ]);
}
