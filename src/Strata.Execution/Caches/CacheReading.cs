using Strata.Caching.Presets;
using Strata.Execution.Contexts;
using Strata.Execution.Masking;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>From a declaration and its preset to what is looked for.</summary>
internal sealed class CacheReading(Workflow workflow, EvaluationScope scope, SourceHashes hashes, SecretMasker masker)
{
    public const string CustomType = "custom";

    private const string Platform = "platform";

    private readonly EvaluationScope _scope = scope.With(hashes.Hash);

    /// <exception cref="ExpressionException">Something of it cannot be evaluated.</exception>
    public CacheSpec Read(CacheUse use) => use switch
    {
        CacheUse.Named named => Read(workflow.Caches.First(cache => cache.Name == named.Name)),
        CacheUse.Inline inline => Read(inline.Declaration),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private CacheSpec Read(CacheDeclaration declaration)
    {
        var inputs = new KeyInputs(_scope, masker);
        var preset = declaration.Preset is { } name ? CachePresets.Find(name.Value) : null;
        var paths = declaration.Paths.Count > 0 ? Lines(declaration.Paths) : preset?.Paths ?? [];
        var key = inputs.Evaluate(declaration.Key?.Value ?? Parse(preset?.Key ?? "")).Trim();
        var restoreKeys = declaration.RestoreKeys is not null || declaration.Key is not null
            ? Lines(declaration.RestoreKeys ?? [])
            : [.. (preset?.RestoreKeys ?? []).Select(text => Parse(text).EvaluateText(_scope))];
        IEnumerable<string> vary = declaration.Vary?.Select(static value => value.Value) ?? preset?.Vary ?? [];
        return new()
        {
            Name = declaration.Name ?? preset?.Name ?? string.Join(' ', paths),
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
            Env = preset?.Env ?? new Dictionary<string, string>(),
            Inputs = inputs.Values,
            InputEnv = inputs.Env,
            At = declaration.At,
        };
    }

    private List<string> Lines(IReadOnlyList<Located<Template>> templates)
    {
        var lines = new List<string>();
        foreach (var template in templates)
        {
            lines.AddRange(template.Value.EvaluateText(_scope).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        return lines;
    }

    private static Template Parse(string text) => Template.Parse(text, null).Template ?? throw new ExpressionException($"'{text}' cannot be read.");
}
