using Strata.Caching;
using Strata.Caching.Presets;
using Strata.Core.Diagnostics;
using Strata.Execution.Contexts;
using Strata.Execution.Masking;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>From a declaration and its preset to what is looked for.</summary>
/// <param name="home">Of the job's user.</param>
internal sealed class CacheReading(Workflow workflow, EvaluationScope scope, SourceHashes hashes, SecretMasker masker, string home)
{
    public const string CustomType = "custom";

    private const string Platform = "platform";

    private readonly EvaluationScope _scope = scope.With(hashes.Hash);

    /// <summary>What cannot be evaluated, or kept safely, is a problem of the cache and not of the job: <see cref="CacheSpec.Problem"/>.</summary>
    public CacheSpec Read(CacheUse use) => use switch
    {
        CacheUse.Named named => Read(workflow.Caches.First(cache => cache.Name == named.Name)),
        CacheUse.Inline inline => Read(inline.Declaration),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private CacheSpec Read(CacheDeclaration declaration)
    {
        var preset = declaration.Preset is { } known ? CachePresets.Find(known.Value) : null;
        var failed = new List<(string Part, string Problem, SourceSpan? At)>();
        var paths = declaration.Paths.Count > 0 ? Lines("paths", declaration.Paths, failed) : preset?.Paths ?? [];
        var name = declaration.Name ?? preset?.Name ?? CachePathNames.Of(failed.Count == 0 ? paths : [.. declaration.Paths.Select(static path => path.Value.Text)], home);

        var inputs = new KeyInputs(_scope, masker);
        var key = Try("key", declaration.Key?.At ?? declaration.At, "", () => inputs.Evaluate(declaration.Key?.Value ?? Parse(PresetKey(preset, paths))).Trim(), failed);
        var restoreKeys = declaration.RestoreKeys is { } written ? Lines("restore-keys", written, failed)
            : declaration.Key is not null || preset is null ? []
            : preset.RestoreKeys;
        var problem = failed is [var (part, why, at), ..] ? CachingDiagnostics.NotEvaluated(name, part, why, at) : null;

        var notices = new List<Diagnostic>();
        if (problem is null && declaration.Key is null && preset is { LockFiles.Count: > 0 })
        {
            (problem, var notice) = LockFileProblem(name, preset, paths, key, declaration.At);
            notices.AddRange(notice is null ? [] : [notice]);
        }

        IEnumerable<string> vary = declaration.Vary?.Select(static value => value.Value) ?? preset?.Vary ?? [];
        return new()
        {
            Name = name,
            Type = preset?.Name ?? CustomType,
            Paths = paths,
            Key = key,
            RestoreKeys = restoreKeys,
            IsForAnyImage = vary.Contains(Platform, StringComparer.Ordinal),
            Ttl = declaration.Ttl,
            MaxAge = declaration.MaxAge,
            Save = declaration.Save ?? CacheSave.OnSuccess,
            Rolling = declaration.Rolling ?? preset?.Rolling ?? false,
            FailOnMiss = declaration.FailOnMiss,
            LookupOnly = declaration.LookupOnly,
            ShareWithForks = declaration.ShareWithForks,
            Env = EnvOf(name, preset, declaration, paths, notices),
            Inputs = inputs.Values,
            InputEnv = inputs.Env,
            At = declaration.At,
            Problem = problem,
            Notices = notices,
        };
    }

    private string PresetKey(CachePreset? preset, IReadOnlyList<string> paths) => preset switch
    {
        null => "",
        { IsTree: true } when Kept(paths).SelectMany(path => TreeLocks.DirectoriesOf(path, home)).Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } directories => preset.KeyOf(directories),
        _ => preset.Key,
    };

    /// <summary>Without a lock file every run has the same key. What a tool checks may then be old; an installed tree would be a wrong one.</summary>
    private (Diagnostic? Problem, Diagnostic? Notice) LockFileProblem(string name, CachePreset preset, IReadOnlyList<string> paths, string key, SourceSpan at)
    {
        if (!preset.IsTree)
        {
            return (null, key == $"{preset.Name}-" ? CachingDiagnostics.KeyNeverChanges(name, preset, key, at) : null); // hashFiles of no file is empty
        }

        var without = Kept(paths).FirstOrDefault(path =>
            TreeLocks.DirectoriesOf(path, home) is not { Count: > 0 } directories
            || hashes.Hash([.. directories.SelectMany(directory => preset.LockFiles.Select(file => CachePreset.In(directory, file)))]).Length == 0);
        return (without is null ? null : CachingDiagnostics.TreeWithoutLockFile(name, preset, without, at), null);
    }

    private IReadOnlyDictionary<string, string> EnvOf(string name, CachePreset? preset, CacheDeclaration declaration, IReadOnlyList<string> paths, List<Diagnostic> notices)
    {
        if (preset is null || declaration.Paths.Count == 0)
        {
            return preset?.Env ?? new Dictionary<string, string>();
        }

        var (env, unclear) = PresetEnv.Of(preset, [.. Kept(paths)], home);
        var own = _scope.GetContext("env") as ObjectValue;
        notices.AddRange(unclear.Where(variable => own?[variable] is null or { Kind: ValueKind.Null }).Select(variable => CachingDiagnostics.VariableNotSet(name, preset, variable, declaration.At)));
        return env;
    }

    private static IEnumerable<string> Kept(IReadOnlyList<string> paths) => paths.Where(static path => !path.StartsWith('!'));

    private List<string> Lines(string part, IReadOnlyList<Located<Template>> templates, List<(string Part, string Problem, SourceSpan? At)> failed)
    {
        var lines = new List<string>();
        foreach (var template in templates)
        {
            lines.AddRange(Try(part, template.At, "", () => template.Value.EvaluateText(_scope), failed).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        return lines;
    }

    private static T Try<T>(string part, SourceSpan at, T otherwise, Func<T> evaluate, List<(string Part, string Problem, SourceSpan? At)> failed)
    {
        try
        {
            return evaluate();
        }
        catch (ExpressionException e)
        {
            failed.Add((part, e.Message, at));
            return otherwise;
        }
    }

    private static Template Parse(string text) => Template.Parse(text, null).Template ?? throw new ExpressionException($"'{text}' cannot be read.");
}
