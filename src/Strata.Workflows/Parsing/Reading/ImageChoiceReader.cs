using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>A job's <c>image:</c>, else its <c>container:</c>.</summary>
internal static class ImageChoiceReader
{
    private static readonly (string Key, string Help)[] UnsupportedSettings =
    [
        ("options", "Use `resources:` and `network:` of the job; its user and entry point come from the image."),
        ("volumes", "Use `caches:` for what should outlive the job."),
        ("ports", "Processes of a job reach each other on localhost."),
        ("credentials", "Configure the registry's credentials with the site, not in the workflow."),
    ];

    public static ImageChoice? Read(Fields job, WorkflowScope scope, UnsupportedParts unsupported)
    {
        var container = ReadContainer(job, unsupported);
        if (job.MappingOf("image") is { } mapping)
        {
            var definition = ImageReader.Read(null, mapping.At, new Fields(mapping, DeclarationShapes.Image, job.Templates));
            ImageGraph.CheckNames(definition, scope.Images, job.Problems);
            return new ImageChoice.Inline(definition, mapping.At);
        }

        if (job.Template("image") is not { } reference)
        {
            return container;
        }

        if (reference.Value.IsLiteral && !scope.Images.Any(image => image.Name == reference.Value.Text))
        {
            ImageGraph.CheckReference(new(reference.Value.Text, reference.At), scope.Images, job.Problems);
        }

        return new ImageChoice.Named(reference.Value, reference.At);
    }

    private static ImageChoice.Container? ReadContainer(Fields job, UnsupportedParts unsupported)
    {
        if (job.Scalar("container") is { Text.Length: 0 })
        {
            return null; // as GitHub: none
        }

        if (job.Template("container") is { } reference)
        {
            CheckLiteral(job, reference);
            return new(reference.Value, [], reference.At);
        }

        if (job.Object("container") is not { } fields)
        {
            return null;
        }

        foreach (var (key, help) in UnsupportedSettings)
        {
            if (fields.Has(key))
            {
                unsupported.Add(UnsupportedDiagnostics.ContainerSetting(fields.KeyAt(key), key, help));
            }
        }

        unsupported.AddComputed(fields, "env");
        ReadIgnored(fields);
        if (fields.Template("image") is not { } image)
        {
            return null;
        }

        CheckLiteral(job, image);
        return new(image.Value, fields.Environment("env"), image.At);
    }

    /// <summary>Their expressions are checked although nothing uses them.</summary>
    private static void ReadIgnored(Fields fields)
    {
        fields.Template("options");
        if (fields.Object("credentials") is { } credentials)
        {
            credentials.Template("username");
            credentials.Template("password");
        }
    }

    private static void CheckLiteral(Fields job, Located<Expressions.Template> image)
    {
        var text = image.Value.IsLiteral ? image.Value.Text : null;
        if (text is not null && BaseReferences.OciProblem(text.StartsWith("docker://", StringComparison.Ordinal) ? text["docker://".Length..] : text) is { } why)
        {
            job.Problems.Add(ImageDeclarationDiagnostics.BadReference(image.At, text, why));
        }
    }
}
