using Strata.Core.Globs;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>cache:</c> of a step: its result is kept, so what it may see is declared.</summary>
internal static class HermeticStep
{
    private static readonly string[] Derived = ["key", "restore-keys", "restoreKeys"];

    public static StepCache? Read(Fields step)
    {
        if (step.Object("cache") is not { } fields)
        {
            return null;
        }

        foreach (var key in Derived)
        {
            if (fields.Mapping.FindKey(key) is { } written)
            {
                fields.Problems.Add(CacheDeclarationDiagnostics.KeyOfBuildOutput(written.At, key));
            }
        }

        var inputs = ReadPaths(fields, "inputs");
        if (inputs.Count == 0 && fields.Has("inputs"))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.NothingDeclared(fields.KeyAt("inputs"), "inputs"));
        }

        return new(
            inputs,
            ReadPaths(fields, "outputs"),
            fields.TextList("env"),
            fields.TextList("caches"),
            fields.Flag("trace-on-failure") ?? true,
            fields.Flag("share-with-forks") ?? false,
            step.KeyAt("cache"));
    }

    /// <summary>What needs the rest of the step and its job.</summary>
    public static void Check(Fields step, StepCache cache, StepScope scope, int firstUsed)
    {
        foreach (var used in step.Templates.Used.Skip(firstUsed))
        {
            if (ReadsSecret(used.Expression))
            {
                step.Problems.Add(CacheDeclarationDiagnostics.SecretInHermeticStep(used.PlaceOf("secrets")));
            }
        }

        foreach (var name in cache.Env)
        {
            CheckVariable(name, scope, step.Problems);
        }

        var caches = scope.Caches.OfType<CacheUse.Named>().Select(use => use.Name).ToList();
        foreach (var name in cache.Caches)
        {
            if (!caches.Contains(name.Value))
            {
                step.Problems.Add(CacheDeclarationDiagnostics.CacheNotInJob(name.At, name.Value, caches));
            }
        }
    }

    private static bool ReadsSecret(Expressions.Expression expression) =>
        expression.Contexts.Contains("secrets") || expression.Paths.Any(path => path is "github.token" or "strata.token");

    private static void CheckVariable(Located<string> name, StepScope scope, Problems problems)
    {
        if (!Names.IsVariable(name.Value))
        {
            problems.Add(StructureDiagnostics.BadVariableName(name.At, name.Value));
            return;
        }

        var declared = scope.Env.LastOrDefault(variable => variable.Name == name.Value);
        if (declared is null)
        {
            problems.Add(CacheDeclarationDiagnostics.UndeclaredVariable(name.At, name.Value, scope.Env.Select(variable => variable.Name)));
        }
        else if (declared.Value.Expressions.Any(ReadsSecret))
        {
            problems.Add(CacheDeclarationDiagnostics.SecretInHermeticStep(name.At));
        }
    }

    private static IReadOnlyList<Located<string>> ReadPaths(Fields fields, string key)
    {
        var paths = fields.TextList(key);
        foreach (var path in paths)
        {
            var pattern = path.Value.StartsWith('!') ? path.Value[1..] : path.Value;
            if (!JobPaths.IsBelow(pattern) || (key == "outputs" && JobPaths.IsWholeWorkspace(pattern)))
            {
                fields.Problems.Add(CacheDeclarationDiagnostics.PathOutsideWorkspace(path.At, path.Value));
                continue;
            }

            foreach (var problem in GlobSet.Parse([path.Value]).Problems)
            {
                fields.Problems.Add(CacheDeclarationDiagnostics.BadPattern(path.At, path.Value, problem.Message));
            }
        }

        return paths;
    }
}
