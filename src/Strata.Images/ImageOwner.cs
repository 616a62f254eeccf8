using System.Text;
using Strata.Core;
using Strata.Core.Identity;
using Strata.Layers.Store;

namespace Strata.Images;

/// <summary>For whom an image is looked for (DESIGN §7): what is not public belongs to the organization; what a tag named is remembered by repository and trust.</summary>
internal sealed record ImageOwner(LayerOrg Org, string Organization, string Repository, Trust Trust)
{
    /// <summary>Nobody in particular on this host.</summary>
    public static ImageOwner Local { get; } = new(OrgOf(RunIdentity.DefaultOrganization), RunIdentity.DefaultOrganization, "", Trust.Protected);

    public static ImageOwner Of(RunIdentity? identity) =>
        identity is null ? Local : new(OrgOf(identity.Organization), identity.Organization, identity.Repository, identity.Trust);

    /// <summary>An organization whose name is no directory's is one by its digest; so is a name that could be taken for such a digest.</summary>
    internal static LayerOrg OrgOf(string organization) =>
        LayerOrg.TryParse(organization, out var org) && organization.Length < 64 ? org : LayerOrg.Parse(Digest.Of(Encoding.UTF8.GetBytes(organization)).Hex);
}
