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

        return uses;
    }

    private static void CheckUse(YamlScalar name, List<CacheUse> uses, WorkflowScope scope, Problems problems)
    {
        if (!scope.Caches.Any(cache => cache.Name == name.Canonical))
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
        var cache = new CacheDeclaration
        {
            Name = name,
            At = at,
            Preset = fields.Text("preset"),
            Paths = fields.TemplateList("paths"),
            Key = fields.Template("key"),
            RestoreKeys = fields.TemplateList("restore-keys"),
            Vary = fields.Has("vary") ? fields.TextList("vary") : null,
            Ttl = fields.Duration("ttl"),
            MaxAge = fields.Duration("max-age"),
            Save = ReadSave(fields),
            Rolling = fields.Flag("rolling"),
            FailOnMiss = fields.Flag("fail-on-miss") ?? false,
            LookupOnly = fields.Flag("lookup-only") ?? false,
            ShareWithForks = fields.Flag("share-with-forks") ?? false,
        };
        Check(cache, fields);
        return cache;
    }

    private static CacheSave? ReadSave(Fields fields) => fields.Text("save")?.Value switch
    {
        "on-success" or "true" => CacheSave.OnSuccess,
        "always" => CacheSave.Always,
        "never" or "false" => CacheSave.Never,
        _ => null,
    };

    private static void Check(CacheDeclaration cache, Fields fields)
    {
        if (cache.Preset is { } preset && !DeclarationShapes.Presets.Contains(preset.Value))
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

        if (fields.Scalar("key") is { Kind: YamlKind.Null } nothing)
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.KeyIsEmpty(nothing.At));
        }

        if (cache.Key is { } key)
        {
            CacheKeyCheck.Check(key, fields.Problems);
        }

        foreach (var restoreKey in cache.RestoreKeys)
        {
            CacheKeyCheck.Check(restoreKey, fields.Problems);
        }
    }

    public static void CheckPath(Located<Expressions.Template> path, Problems problems)
    {
        if (path.Value.IsLiteral && JobPaths.CacheProblem(path.Value.Text) is { } why)
        {
            problems.Add(CacheDeclarationDiagnostics.ForbiddenPath(path.At, path.Value.Text, why));
        }
    }
}
