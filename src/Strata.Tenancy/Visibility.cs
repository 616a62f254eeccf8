using Strata.Core.Identity;

namespace Strata.Tenancy;

/// <summary>The one rule of who may read what, for every kind of entry (DESIGN §7). Trust flows down only; nothing crosses a repository.</summary>
public static class Visibility
{
    private const int OwnRef = 0;
    private const int BaseRef = 1;
    private const int DefaultBranch = 2;
    private const int OtherProtected = 3;

    /// <summary>How near an entry is: smaller is nearer; of those equally near the newest counts. Null: the reader does not see it.</summary>
    /// <param name="shareable">Whether its job could reference no secret, and all it stands on is shareable: what forks may see of others.</param>
    public static int? Nearness(RunIdentity reader, Scope entry, bool shareable)
    {
        if (entry.Trust < reader.Trust || entry.Organization != reader.Organization || entry.Repository != reader.Repository)
        {
            return null;
        }

        var place = PlaceOf(reader, entry);
        return reader.Trust switch
        {
            Trust.Protected => place,
            Trust.Internal => entry.Trust is Trust.Protected || place is OwnRef or BaseRef ? place : null,
            _ => entry.Trust is Trust.Fork ? (place is OwnRef ? place : null) : shareable && place is BaseRef or DefaultBranch ? place : null,
        };
    }

    private static int PlaceOf(RunIdentity reader, Scope entry) =>
        entry.Ref == Scope.Of(reader).Ref ? OwnRef
        : entry.Ref == reader.BaseRef ? BaseRef
        : entry.Ref == reader.DefaultBranch ? DefaultBranch
        : OtherProtected;
}
