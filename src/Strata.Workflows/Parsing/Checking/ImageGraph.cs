using Strata.Core.Text;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Reading;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>Which definitions images start from and copy from.</summary>
internal static class ImageGraph
{
    public static void Check(IReadOnlyList<ImageDefinition> images, Problems problems)
    {
        foreach (var image in images)
        {
            CheckNames(image, images, problems);
        }

        Dictionary<string, IReadOnlyList<string>> edges = new(StringComparer.Ordinal);
        foreach (var image in images)
        {
            edges[image.Name!] = [.. BelowOf(image)];
        }

        foreach (var cycle in Cycles.Find([.. images.Select(image => image.Name!)], edges))
        {
            var at = images.First(image => image.Name == cycle[0]).From.At;
            problems.Add(ImageDeclarationDiagnostics.Cycle(at, cycle));
        }
    }

    /// <summary>Whether what one definition names exists.</summary>
    public static void CheckNames(ImageDefinition image, IReadOnlyList<ImageDefinition> known, Problems problems)
    {
        switch (image.From.Value)
        {
            case BaseReference.Definition definition when !Knows(known, definition.Name):
                problems.Add(ImageDeclarationDiagnostics.UnknownDefinition(image.From.At, definition.Name, NamesOf(known)));
                break;
            case BaseReference.Oci oci when Knows(known, oci.Reference):
                problems.Add(ImageDeclarationDiagnostics.TakenAsReference(image.From.At, oci.Reference, $"images.{oci.Reference}"));
                break;
        }

        foreach (var step in image.Steps)
        {
            if (step is ImageStep.Copy { FromImage: { } other } && !Knows(known, Bare(other.Value)))
            {
                CheckReference(other, known, problems);
            }
        }
    }

    /// <summary>A name that is no definition: a reference, unless it cannot be one; a near miss is pointed out.</summary>
    public static void CheckReference(Located<string> name, IReadOnlyList<ImageDefinition> known, Problems problems)
    {
        var (reference, why) = BaseReferences.Parse(name.Value);
        if (reference is null)
        {
            problems.Add(ImageDeclarationDiagnostics.BadReference(name.At, name.Value, why!));
        }
        else if (reference is BaseReference.Definition definition && !Knows(known, definition.Name))
        {
            problems.Add(ImageDeclarationDiagnostics.UnknownDefinition(name.At, definition.Name, NamesOf(known)));
        }
        else if (reference is BaseReference.Oci && Suggestion.Nearest(name.Value, NamesOf(known)) is { } nearest)
        {
            problems.Add(ImageDeclarationDiagnostics.TakenAsReference(name.At, name.Value, nearest));
        }
    }

    private static IEnumerable<string> BelowOf(ImageDefinition image)
    {
        if (image.From.Value is BaseReference.Definition definition)
        {
            yield return definition.Name;
        }

        foreach (var step in image.Steps)
        {
            if (step is ImageStep.Copy { FromImage: { } other })
            {
                yield return Bare(other.Value);
            }
        }
    }

    private static string Bare(string name) => name.StartsWith("images.", StringComparison.Ordinal) ? name["images.".Length..] : name;

    private static bool Knows(IReadOnlyList<ImageDefinition> known, string name) => known.Any(image => image.Name == name);

    private static IEnumerable<string> NamesOf(IReadOnlyList<ImageDefinition> known) => known.Select(image => image.Name!);
}
