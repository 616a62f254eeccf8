using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>caches:</c> of the workflow and of jobs.</summary>
internal static class CacheReader
{
    public static IReadOnlyList<CacheDeclaration> ReadAll(Fields workflow) =>
        Declarations.Read(workflow, "caches", DeclarationShapes.Cache, CacheDeclarationDiagnostics.BadName, Read);

    public static IReadOnlyList<CacheUse> ReadUses(Fields job, WorkflowScope scope)
    {
        List<CacheUse> uses = [];
        foreach (var item in job.Node("caches") is YamlSequence list ? list.Items : [.. job.Scalars("caches")])
        {
            if (item is YamlMapping mapping)
            {
                uses.Add(new CacheUse.Inline(Read(null, mapping.At, new Fields(mapping, DeclarationShapes.Cache, job.Templates)), mapping.At));
            }
            else if (item is YamlScalar { Kind: not YamlKind.Null } name)
            {
                CheckUse(name, uses, scope, job.Problems);
                uses.Add(new CacheUse.Named(name.Canonical, name.At));
            }
        }

        CachePathClashes.Check(uses, scope.Caches, job.Problems);
        return uses;
    }

    private static void CheckUse(YamlScalar name, List<CacheUse> uses, WorkflowScope scope, Problems problems)
    {
        var declared = scope.Fields.MappingOf("caches")?.Entries.Select(entry => entry.Key.Text) ?? []; // also what could not be read
        if (!declared.Contains(name.Canonical, StringComparer.Ordinal))
        {
            problems.Add(CacheDeclarationDiagnostics.UnknownCache(name.At, name.Canonical, scope.Caches.Select(cache => cache.Name!)));
        }
        else if (uses.Exists(use => use is CacheUse.Named other && other.Name == name.Canonical))
        {
            problems.Add(CacheDeclarationDiagnostics.CacheTwice(name.At, name.Canonical));
        }
    }

    private static CacheDeclaration Read(string? name, SourceSpan at, Fields fields)
    {
        var used = fields.Templates.Used.Count;
        var cache = new CacheDeclaration
        {
            Name = name,
            At = at,
            Preset = fields.Text("preset"),
            Paths = fields.TemplateLines("paths"),
            Key = fields.Template("key"),
            RestoreKeys = fields.Has("restore-keys") ? fields.TemplateLines("restore-keys") : null,
            Vary = fields.Has("vary") ? fields.TextList("vary") : null,
            Ttl = fields.Duration("ttl"),
            MaxAge = fields.Duration("max-age"),
            Save = ReadSave(fields),
            Rolling = fields.Flag("rolling"),
            FailOnMiss = fields.Flag("fail-on-miss") ?? false,
            LookupOnly = fields.Flag("lookup-only") ?? false,
            ShareWithForks = fields.Flag("share-with-forks"),
        };
        Check(cache, fields);
        foreach (var use in fields.Templates.Used.Skip(used).Where(static use => use.Expression.Paths.Any(IsOutcome)))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.OutcomeInKey(use.PlaceOf(Outcomes)));
        }

        return cache;
    }

    private const string Outcomes = "strata.caches";

    private static bool IsOutcome(string path) =>
        path.Equals(Outcomes, StringComparison.OrdinalIgnoreCase) || path.StartsWith($"{Outcomes}.", StringComparison.OrdinalIgnoreCase);

    private static CacheSave? ReadSave(Fields fields) => fields.Text("save")?.Value switch
    {
        "on-success" or "true" => CacheSave.OnSuccess,
        "always" => CacheSave.Always,
        "never" or "false" => CacheSave.Never,
        _ => null,
    };

    private static void Check(CacheDeclaration cache, Fields fields)
    {
        if (cache.Preset is { } preset && !string.IsNullOrWhiteSpace(preset.Value) && !fields.Scalar("preset")!.HasExpression && !DeclarationShapes.PresetPaths.ContainsKey(preset.Value))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.UnknownPreset(preset.At, preset.Value));
        }

        if (!fields.Has("preset") && !fields.Has("paths"))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.NoPaths(cache.At));
        }

        if (!fields.Has("preset") && !fields.Has("key"))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.NoKey(cache.At));
        }

        foreach (var path in cache.Paths)
        {
            CheckPath(path, fields.Problems);
        }

        CheckWhole(cache, fields);
        if (fields.Scalar("key") is { Kind: YamlKind.Null } nothing)
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.KeyIsEmpty(nothing.At));
        }

        if (cache.Key is { } key)
        {
            CacheKeyCheck.Check(key, fields.Problems, cache.Rolling ?? cache.Preset?.Value == DeclarationShapes.RollingPreset);
        }

        foreach (var restoreKey in cache.RestoreKeys ?? [])
        {
            CacheKeyCheck.CheckRestoreKey(restoreKey, fields.Problems);
        }
    }

    /// <summary>What no value alone is wrong about.</summary>
    private static void CheckWhole(CacheDeclaration cache, Fields fields)
    {
        if (cache.Paths.Count > 0 && cache.Paths.All(static path => path.Value.IsLiteral && path.Value.Text.StartsWith('!')))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.OnlyExclusions(cache.Paths[0].At));
        }

        if (cache.Vary is { } vary && vary.Any(static value => value.Value == "image") && vary.Any(static value => value.Value == "platform"))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.BothVary(fields.Node("vary")!.At));
        }

        CachePathClashes.Check(cache, fields.Problems);
    }

    public static void CheckPath(Located<Expressions.Template> path, Problems problems)
    {
        var isReported = string.IsNullOrWhiteSpace(path.Value.Text) || path.Value.Text.Contains('\0', StringComparison.Ordinal);
        if (path.Value.IsLiteral && !isReported && JobPaths.CacheProblem(path.Value.Text) is { } why)
        {
            problems.Add(CacheDeclarationDiagnostics.ForbiddenPath(path.At, path.Value.Text, why));
        }
    }
}
