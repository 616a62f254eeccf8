using Strata.Core.Identity;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>artifacts:</c> and <c>artifacts-from:</c>.</summary>
internal static class ArtifactReader
{
    public static IReadOnlyList<ArtifactDeclaration> ReadAll(Fields job)
    {
        List<ArtifactDeclaration> artifacts = [];
        foreach (var item in (job.Node("artifacts") as YamlSequence)?.Items ?? [])
        {
            if (item is YamlMapping mapping && Read(new Fields(mapping, DeclarationShapes.Artifact, job.Templates)) is { } artifact)
            {
                artifacts.Add(artifact);
            }
        }

        return artifacts;
    }

    public static IReadOnlyList<ArtifactInput> ReadInputs(Fields job)
    {
        List<ArtifactInput> inputs = [];
        foreach (var (key, value) in job.MappingOf("artifacts-from")?.Entries ?? [])
        {
            if (job.Templates.Read(key, Sites.ArtifactInputName) is not { } name)
            {
                continue;
            }

            if (name.IsLiteral && !ArtifactNames.IsName(name.Text))
            {
                job.Problems.Add(ArtifactDeclarationDiagnostics.BadName(key.At, name.Text));
            }
            else if (value is YamlMapping mapping)
            {
                var fields = new Fields(mapping, DeclarationShapes.ArtifactInput, job.Templates);
                if (fields.Template("path") is { } path)
                {
                    inputs.Add(new(
                        name,
                        path,
                        fields.Text("job")?.Value,
                        fields.Template("run"),
                        fields.Flag("optional") ?? false,
                        fields.Text("trust")?.Value == "fork",
                        key.At));
                }
            }
            else if (value is YamlScalar { Kind: not YamlKind.Null } scalar && job.Templates.Read(scalar, Sites.CacheKey) is { } path)
            {
                inputs.Add(new(name, new(path, scalar.At), null, null, false, false, key.At));
            }
        }

        return inputs;
    }

    private static ArtifactDeclaration? Read(Fields fields)
    {
        var name = fields.Template("name");
        var paths = fields.TemplateList("path");
        if (name is { Value.IsLiteral: true } && !ArtifactNames.IsName(name.Value.Text))
        {
            fields.Problems.Add(ArtifactDeclarationDiagnostics.BadName(name.At, name.Value.Text));
        }

        foreach (var path in paths)
        {
            CheckPath(path, fields.Problems);
        }

        return name is null ? null : new(
            name,
            paths,
            fields.Duration("retention"),
            fields.Text("if-empty")?.Value switch { "warn" => ArtifactIfEmpty.Warn, "ignore" => ArtifactIfEmpty.Ignore, _ => ArtifactIfEmpty.Error },
            fields.Text("when")?.Value switch { "on-failure" => ArtifactWhen.OnFailure, "always" => ArtifactWhen.Always, _ => ArtifactWhen.OnSuccess },
            fields.TextList("allow-secrets-in"),
            fields.At);
    }

    /// <summary>Relative paths stay in the workspace; absolute and home paths are allowed where jobs may write.</summary>
    private static void CheckPath(Located<Template> path, Problems problems)
    {
        var text = path.Value.Text.StartsWith('!') ? path.Value.Text[1..] : path.Value.Text;
        if (path.Value.IsLiteral && text is not ['/' or '~', ..] && !JobPaths.IsBelow(text))
        {
            problems.Add(ArtifactDeclarationDiagnostics.BadPath(path.At, path.Value.Text));
        }
    }
}
