using Strata.Core.Diagnostics;
using Strata.Execution.Planning;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary>Which images the workflow here refers to, and how.</summary>
internal sealed class ImageUsers
{
    private readonly List<(KeptImage Image, string User)> _users = [];

    public ImageUsers(ImagePlace place)
    {
        if (place.Request is not { } request)
        {
            return;
        }

        foreach (var (name, image) in WorkflowImages.All(request))
        {
            try
            {
                if (place.Kept.Find(image, place.Identity) is { } kept)
                {
                    _users.Add((kept, image.PinnedTo is null ? name : $"{name} (pinned)"));
                }
            }
            catch (UserErrorException)
            {
                // A package or reference that is wrong: nothing on this host is meant by it.
            }
        }
    }

    public IReadOnlyList<string> Of(KeptImage image) =>
        [.. _users.Where(user => (user.Image.Name, user.Image.Digest, user.Image.Org) == (image.Name, image.Digest, image.Org)).Select(user => user.User).Distinct(StringComparer.Ordinal)];
}
