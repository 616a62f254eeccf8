using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>
/// <c>share-with-forks</c> as the definitions of protected refs state it (DESIGN §7). Only a protected run's transaction writes it, and no look-up takes it from whoever asks: what the workflow of a fork or of
/// an unprotected branch says has no way to count. Entries carry what holds for them; a definition that changed changes those of its ref, and the default branch's also those of unprotected refs.
/// </summary>
internal static class Sharing
{
    /// <summary>Of a definition that says nothing: a cache is shared where no secret can be in it, a step's result is not.</summary>
    private static bool DefaultOf(EntryKind kind) => kind is EntryKind.Dependency;

    /// <summary>For an entry that is about to be inserted.</summary>
    public static bool OfCommit(SqlSession sql, long repo, CacheCommit commit, DateTimeOffset now)
    {
        var (draft, writer) = (commit.Draft, commit.Draft.Writer);
        if (writer.Trust is not Trust.Protected)
        {
            return SharingSql.Find(sql, repo, writer.DefaultBranch, draft.Kind, JobOf(draft.Kind, draft.Producer), draft.Name) ?? DefaultOf(draft.Kind);
        }

        Define(sql, repo, writer, draft.Kind, draft.Producer, draft.Name, commit.SharesWithForks, now);
        return commit.SharesWithForks ?? DefaultOf(draft.Kind);
    }

    /// <summary>What a run's workflow says from now on. Nothing, unless the run is protected.</summary>
    public static void Define(SqlSession sql, long repo, RunIdentity writer, EntryKind kind, Producer producer, string name, bool? switched, DateTimeOffset now)
    {
        var (job, shares) = (JobOf(kind, producer), switched ?? DefaultOf(kind));
        if (writer.Trust is not Trust.Protected || SharingSql.Find(sql, repo, writer.Ref, kind, job, name) == shares)
        {
            return;
        }

        SharingSql.Set(sql, repo, writer.Ref, kind, job, name, shares, producer.RunId, now);
        SharingSql.Apply(sql, repo, writer.Ref, writer.Ref == writer.DefaultBranch, kind, job, name, shares);
    }

    /// <summary>Caches are declared for all jobs; steps of several jobs may have one name.</summary>
    private static string JobOf(EntryKind kind, Producer producer) => kind is EntryKind.Step ? producer.Job : "";
}
