using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>images:</c> and inline images.</summary>
internal static class ImageReader
{
    public static IReadOnlyList<ImageDefinition> ReadAll(Fields workflow)
    {
        var images = Declarations.Read(workflow, "images", DeclarationShapes.Image, ImageDeclarationDiagnostics.BadName, Read);
        ImageGraph.Check(images, workflow.Problems);
        return images;
    }

    public static ImageDefinition Read(string? name, SourceSpan at, Fields fields)
    {
        var network = fields.Text("network")?.Value != "none";
        var image = new ImageDefinition
        {
            Name = name,
            At = at,
            From = ReadFrom(fields),
            Packages = fields.TextList("packages"),
            Env = fields.Environment("env"),
            User = fields.Text("user"),
            WorkingDirectory = fields.Text("workdir"),
            Network = network,
            Args = fields.TextPairs("args"),
            Resources = ResourcesReader.Read(fields),
            MaxAge = fields.Duration("max-age"),
            Steps = ImageStepReader.ReadAll(fields, network),
        };
        CheckPackages(image, fields);
        if (image.WorkingDirectory is { } directory)
        {
            CheckAbsolute(directory, fields.Problems);
        }

        return image;
    }

    public static void CheckAbsolute(Located<string> path, Problems problems)
    {
        if (!path.Value.StartsWith('/'))
        {
            problems.Add(ImageDeclarationDiagnostics.RelativeDirectory(path.At, path.Value));
        }
    }

    private static Located<BaseReference> ReadFrom(Fields fields)
    {
        var none = new Located<BaseReference>(new BaseReference.Oci(""), fields.At);
        if (fields.Text("from") is not { Value.Length: > 0 } text || fields.Scalar("from")!.HasExpression)
        {
            return none;
        }

        var (reference, why) = BaseReferences.Parse(text.Value);
        if (reference is null)
        {
            fields.Problems.Add(ImageDeclarationDiagnostics.BadReference(text.At, text.Value, why!));
            return none;
        }

        return new(reference, text.At);
    }

    private static void CheckPackages(ImageDefinition image, Fields fields)
    {
        if (fields.Has("packages") && fields.Has("from") && image.From.Value is not BaseReference.Debootstrap)
        {
            fields.Problems.Add(ImageDeclarationDiagnostics.PackagesNeedDebootstrap(fields.KeyAt("packages")));
        }

        foreach (var package in image.Packages)
        {
            if (!IsPackage(package.Value))
            {
                fields.Problems.Add(ImageDeclarationDiagnostics.BadPackage(package.At, package.Value));
            }
        }
    }

    /// <summary>Debian policy §5.6.1, with apt's :ARCH, =VERSION and /SUITE behind it.</summary>
    private static bool IsPackage(string text)
    {
        var end = text.AsSpan().IndexOfAny(':', '=', '/');
        var name = end < 0 ? text : text[..end];
        foreach (var c in name)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.'))
            {
                return false;
            }
        }

        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || c == ',')
            {
                return false;
            }
        }

        return name.Length >= 2 && char.IsAsciiLetterOrDigit(name[0]);
    }
}
