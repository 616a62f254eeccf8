using Strata.Core.Identity;
using Strata.Layers.Store;

namespace Strata.Images;

/// <summary>For whom an image is looked for (DESIGN §7): what is not public belongs to the organization; what a tag named is remembered by repository and trust.</summary>
internal sealed record ImageOwner(LayerOrg Org, string Organization, string Repository, Trust Trust)
{
    /// <summary>Nobody in particular on this host.</summary>
    public static ImageOwner Local { get; } = new(LayerOrg.Of(RunIdentity.DefaultOrganization), RunIdentity.DefaultOrganization, "", Trust.Protected);

    public static ImageOwner Of(RunIdentity? identity) =>
        identity is null ? Local : new(LayerOrg.Of(identity.Organization), identity.Organization, identity.Repository, identity.Trust);
}
