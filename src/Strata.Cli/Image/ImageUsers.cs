using Strata.Core.Diagnostics;
using Strata.Execution.Planning;
using Strata.Execution.Running;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary>Which images workflows refer to, and how.</summary>
internal sealed class ImageUsers
{
    private readonly List<(KeptImage Image, string User)> _users = [];

    /// <summary>Of the workflow here, if there is one.</summary>
    public ImageUsers(ImagePlace place)
        : this(place, place.Request is { } request ? [request] : [])
    {
    }

    public ImageUsers(ImagePlace place, IReadOnlyList<RunRequest> workflows)
    {
        foreach (var (name, image) in workflows.SelectMany(WorkflowImages.All))
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
