using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Artifacts.Records;

/// <summary>Who may read and manage artifacts: the one rule of all entries, and what only artifacts have.</summary>
public static class ArtifactAccess
{
    /// <param name="trustFork">The reader takes, of a run it names, what less trusted runs of its repository made. Means nothing for a fork: that cannot widen what it sees.</param>
    public static bool MayRead(RunIdentity reader, Scope artifact, bool shareable, bool trustFork) =>
        Visibility.Nearness(reader, artifact, shareable) is not null
        || (trustFork && reader.Trust is not Trust.Fork && artifact.Trust <= reader.Trust && IsOfRepository(reader, artifact));

    /// <summary>Protected refs all of the repository, others what is of their own scope.</summary>
    public static bool MayManage(RunIdentity user, Scope artifact) =>
        IsOfRepository(user, artifact) && (user.Trust is Trust.Protected || artifact == Scope.Of(user));

    private static bool IsOfRepository(RunIdentity reader, Scope artifact) =>
        artifact.Organization == reader.Organization && artifact.Repository == reader.Repository;
}
