using Strata.Core.Diagnostics;
using Strata.Workflows.Schema;
using static Strata.Workflows.Parsing.Diagnosing.YamlDiagnostics;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR21xx: declarations of caches and of hermetic steps.</summary>
internal static class CacheDeclarationDiagnostics
{
    public static Diagnostic ForbiddenPath(SourceSpan at, string path, string why) => Error("STR2101", at,
        $"'{Shorten(path)}' cannot be cached: {why}", "Name the directory the tool keeps its cache in, as ~/.npm.");

    public static Diagnostic UnknownCache(SourceSpan at, string name, IEnumerable<string> known) => Error("STR2102", at,
        $"There is no cache '{Shorten(name)}'.",
        Suggest(name, known) ?? (DeclarationShapes.Presets.Contains(name)
            ? $"Declare it at the top of the file:\ncaches:\n  {name}: {{ preset: {name} }}"
            : "Declare it under `caches:` at the top of the file."));

    public static Diagnostic KeyHasComma(SourceSpan at) => Error("STR2103", at,
        "The cache key contains a comma.", "Use '-' between the parts of a key.");

    public static Diagnostic KeyIsEmpty(SourceSpan at) => Error("STR2104", at,
        "The cache key is empty.", "Name what the content depends on, as deps-${{ hashFiles('package-lock.json') }}.");

    public static Diagnostic KeyTooLong(SourceSpan at, int length, int max) => Error("STR2105", at,
        $"The cache key has {length} characters; {max} are allowed.", "Hash long parts: hashFiles('…').");

    public static Diagnostic KeyHasLineBreak(SourceSpan at) => Error("STR2106", at,
        "The cache key contains a line break or a NUL character.", "Write the key on one line; `key: |` keeps a line break at the end, `key: >-` does not.");

    public static Diagnostic UnknownPreset(SourceSpan at, string name) => Error("STR2107", at,
        $"There is no preset '{Shorten(name)}'.", Suggest(name, DeclarationShapes.Presets) ?? $"Presets: {string.Join(", ", DeclarationShapes.Presets)}.");

    public static Diagnostic NoPaths(SourceSpan at) => Error("STR2108", at,
        "The cache has neither 'preset' nor 'paths'.", "Name the directories to keep, or a preset that knows them.");

    public static Diagnostic NoKey(SourceSpan at) => Error("STR2109", at,
        "The cache has neither 'preset' nor 'key'.", "Add a key, as key: deps-${{ hashFiles('package-lock.json') }}.");

    public static Diagnostic KeyOfBuildOutput(SourceSpan at, string key) => Error("STR2110", at,
        $"'{key}' cannot be written for a step's cache: its key is derived from what the step declares, and only an exact match counts.",
        "Remove it; declare what the step reads under `inputs`, `env` and `caches`.");

    public static Diagnostic SecretInHermeticStep(SourceSpan at) => Error("STR2111", at,
        "A step with 'cache' cannot use secrets: its result is kept and shared.", "Do what needs the secret in a step without 'cache'.");

    public static Diagnostic NothingDeclared(SourceSpan at, string key) => Error("STR2112", at,
        $"'{key}' of a step's cache is empty.", "Name the files that the step reads, as src/**.");

    public static Diagnostic CacheTwice(SourceSpan at, string name) => Error("STR2113", at,
        $"The cache '{Shorten(name)}' is named twice.", "Remove one.");

    public static Diagnostic BadName(SourceSpan at, string name) => Error("STR2114", at,
        $"'{Shorten(name)}' cannot be the name of a cache.", "A name has letters, digits, '.', '-' and '_', starts with a letter or a digit, and has at most 100 characters.");

    public static Diagnostic PathOutsideWorkspace(SourceSpan at, string path) => Error("STR2115", at,
        $"'{Shorten(path)}' is not inside the workspace.", "Inputs and outputs of a step's cache are relative to the workspace and below it.");

    public static Diagnostic BadPattern(SourceSpan at, string pattern, string problem) => Error("STR2119", at,
        $"'{Shorten(pattern)}' cannot be a pattern: {problem}", "Patterns are relative to the workspace, as src/** or *.json.");

    public static Diagnostic CacheNeedsRun(SourceSpan at) => Error("STR2116", at,
        "'cache' of a step has a meaning only together with 'run'.", "Use `caches:` of the job, or move the commands into a `run:` step.");

    public static Diagnostic UndeclaredVariable(SourceSpan at, string name, IEnumerable<string> known) => new("STR2117", Severity.Warning,
        $"Neither the job's nor the workflow's env declares '{Shorten(name)}': the step sees it only if an earlier step, the container or --env sets it.", at, Suggest(name, known) ?? "Declare it under `env:` of the job.");

    /// <param name="first">What names the same path.</param>
    public static Diagnostic PathTwice(SourceSpan at, string path, SourceSpan first) => Error("STR2131", at,
        $"'{Shorten(path)}' is kept already: the same path is named at {first.Line}:{first.Column}.", "A path belongs to one cache of a job, and stands there once: remove it, or one of the caches.");

    /// <param name="first">What uses it.</param>
    public static Diagnostic PresetTwice(SourceSpan at, string preset, SourceSpan first) => Error("STR2132", at,
        $"The preset '{preset}' is used already, at {first.Line}:{first.Column}: its tool has one cache in a job.",
        preset == DeclarationShapes.TreePreset ? "Declare each by a name of its own under `caches:` at the top of the file." : "Write all paths into one cache, or `paths` and `key` without a preset.");

    public static Diagnostic OnlyExclusions(SourceSpan at) => Error("STR2133", at,
        "All paths of the cache begin with '!', so nothing would be kept.", "Name what is kept first; '!' leaves out some of it.");

    public static Diagnostic BothVary(SourceSpan at) => Error("STR2134", at,
        "'vary' names both 'image' and 'platform'.", "Write [image] for what belongs to one image, [platform] for plain downloads; an image is of one platform anyway.");

    public static Diagnostic OutcomeInKey(SourceSpan at) => Error("STR2135", at,
        "'strata.caches' is not known yet where a cache is looked for: it would be empty.", "Steps can read it. Name here what the content depends on, as hashFiles('package-lock.json').");

    public static Diagnostic CacheNotInJob(SourceSpan at, string name, IEnumerable<string> known) => Error("STR2118", at,
        $"The job does not use the cache '{Shorten(name)}'.", Suggest(name, known) ?? $"Add it to `caches:` of the job.");
}
