using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary>Images on this host by what a user calls them.</summary>
internal static class KeptByName
{
    /// <exception cref="Core.Diagnostics.UserErrorException">There is none.</exception>
    public static IReadOnlyList<KeptImage> Get(ImagePlace place, string name)
    {
        if (place.Request?.Workflow.Images.FirstOrDefault(image => image.Name == name) is not null
            && place.Kept.Find(ImageWork.Find(place, name).Base, place.Identity) is { } defined)
        {
            return [defined];
        }

        return place.Kept.Get(name, place.Identity);
    }
}
