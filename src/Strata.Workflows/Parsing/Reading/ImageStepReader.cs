using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>steps:</c> of an image.</summary>
internal static class ImageStepReader
{
    private static readonly string[] OfRun = ["shell", "args", "secrets", "network", "timeout-minutes"];

    public static IReadOnlyList<ImageStep> ReadAll(Fields image, bool network)
    {
        List<ImageStep> steps = [];
        foreach (var item in (image.Node("steps") as YamlSequence)?.Items ?? [])
        {
            if (steps.Count >= StepReader.StepsMax)
            {
                image.Problems.Add(StructureDiagnostics.TooMany(item.At, "steps in one image", StepReader.StepsMax));
                break;
            }

            if (item is YamlMapping mapping && Read(new Fields(mapping, DeclarationShapes.ImageStep, image.Templates), network) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    private static ImageStep? Read(Fields fields, bool network)
    {
        var isRun = fields.Has("run");
        var instructions = (isRun ? 1 : 0) + (fields.Has("copy") ? 1 : 0) + (fields.Has("workdir") ? 1 : 0) + (fields.Has("user") ? 1 : 0)
            + (fields.Has("env") && !isRun ? 1 : 0);
        if (instructions != 1)
        {
            fields.Problems.Add(ImageDeclarationDiagnostics.NotOneInstruction(fields.At));
            return null;
        }

        foreach (var key in OfRun)
        {
            if (!isRun && fields.Has(key))
            {
                fields.Problems.Add(ImageDeclarationDiagnostics.OnlyWithRun(fields.KeyAt(key), key));
            }
        }

        return isRun ? ReadRun(fields, network) : fields.Object("copy") is { } copy ? ReadCopy(copy) : ReadSetting(fields);
    }

    private static ImageStep.Run? ReadRun(Fields fields, bool network)
    {
        var secrets = fields.TextList("secrets");
        foreach (var secret in secrets)
        {
            if (!Names.IsId(secret.Value) || secret.Value.Contains('-'))
            {
                fields.Problems.Add(ImageDeclarationDiagnostics.BadSecretName(secret.At, secret.Value));
            }
        }

        CheckVariables(fields, "env");
        CheckVariables(fields, "args");
        var ownNetwork = fields.Text("network") is { } written ? written.Value != "none" : network;
        return fields.Text("run") is { } command
            ? new(command, fields.Text("shell"), fields.TextPairs("env"), fields.TextPairs("args"), secrets, ownNetwork, ReadTimeout(fields), fields.At)
            : null;
    }

    private static TimeSpan? ReadTimeout(Fields fields)
    {
        if (fields.Scalar("timeout-minutes") is not { Kind: YamlKind.Number } scalar)
        {
            return null;
        }

        if (scalar.Number > 0 && scalar.Number <= SettingReader.TimeoutMinutesMax)
        {
            return TimeSpan.FromMinutes(scalar.Number);
        }

        fields.Problems.Add(StructureDiagnostics.OutOfRange(scalar.At, "'timeout-minutes'", $"more than 0 and at most {SettingReader.TimeoutMinutesMax:N0} (35 days)"));
        return null;
    }

    private static ImageStep? ReadSetting(Fields fields)
    {
        if (fields.Text("workdir") is { } directory)
        {
            ImageReader.CheckAbsolute(directory, fields.Problems);
            return new ImageStep.SetWorkingDirectory(directory, fields.At);
        }

        if (fields.Text("user") is { } user)
        {
            return new ImageStep.SetUser(user, fields.At);
        }

        CheckVariables(fields, "env");
        return fields.MappingOf("env") is null ? null : new ImageStep.SetEnv(fields.TextPairs("env"), fields.At);
    }

    private static void CheckVariables(Fields fields, string key)
    {
        foreach (var (name, _) in fields.MappingOf(key)?.Entries ?? [])
        {
            if (!Names.IsVariable(name.Text))
            {
                fields.Problems.Add(StructureDiagnostics.BadVariableName(name.At, name.Text));
            }
        }
    }

    private static ImageStep.Copy? ReadCopy(Fields copy)
    {
        var from = copy.TextList("from");
        var fromImage = copy.Text("from-image");
        foreach (var path in from)
        {
            if (fromImage is null && !JobPaths.IsBelow(path.Value))
            {
                copy.Problems.Add(ImageDeclarationDiagnostics.CopyOutsideWorkspace(path.At, path.Value));
            }
        }

        if (copy.Text("mode") is { } mode && !IsMode(mode.Value))
        {
            copy.Problems.Add(ImageDeclarationDiagnostics.BadMode(mode.At, mode.Value));
        }

        return copy.Text("to") is { } to
            ? new(from, to, copy.TextList("exclude"), copy.Text("mode")?.Value, copy.Text("owner")?.Value, fromImage, copy.At)
            : null;
    }

    private static bool IsMode(string mode) => mode.Length is 3 or 4 && !mode.AsSpan().ContainsAnyExceptInRange('0', '7');
}
