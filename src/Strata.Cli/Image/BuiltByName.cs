using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary>Definitions of the workflow here that are built of steps.</summary>
internal static class BuiltByName
{
    public static bool IsBuilt(ImagePlace place, string name) => place.Request?.Workflow.Images.Any(image => image.Name == Bare(name) && image.Steps.Count > 0) == true;

    public static string Bare(string name) => name.StartsWith("images.", StringComparison.Ordinal) ? name["images.".Length..] : name;

    /// <summary>In every scope of the repository.</summary>
    public static async ValueTask<IReadOnlyList<BuiltImage>> GetAsync(ImagePlace place, string name, CancellationToken cancellationToken) =>
        [.. (await new BuiltImages(place.Data, LocalRoots.Of(place.Data), TimeProvider.System).ListAsync(place.Identity, cancellationToken).ConfigureAwait(false)).Where(image => image.Definition == Bare(name))];

    /// <summary>Jobs and definitions that name it.</summary>
    public static IReadOnlyList<string> UsersOf(ImagePlace place, string definition)
    {
        if (place.Request is not { } request)
        {
            return [];
        }

        var named = request.Workflow.Images.Where(image => Names(image).Contains(definition)).Select(image => $"images.{image.Name}");
        var jobs = request.Workflow.Jobs
            .Where(job => job.Image is Workflows.Model.ImageChoice.Named choice && choice.Reference.IsLiteral && Bare(choice.Reference.Text.Trim()) == definition).Select(job => job.Id);
        return [.. named, .. jobs];
    }

    private static IEnumerable<string> Names(Workflows.Model.ImageDefinition image) =>
        image.Steps.OfType<Workflows.Model.ImageStep.Copy>().Select(copy => copy.FromImage is { } from ? Bare(from.Value) : "")
            .Append(image.From.Value is Workflows.Model.BaseReference.Definition below ? below.Name : "");
}
