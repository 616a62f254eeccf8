using Strata.Layers.Trees;

namespace Strata.Layers.Sources;

/// <summary>A repository between two changes: a checkout holds the index's lock while it changes files, replaces the index, then moves HEAD.</summary>
/// <param name="IsLocked">A git is changing files, or died while it did.</param>
internal sealed record GitMoment(GitState State, FileStamp? Index, bool IsLocked)
{
    /// <summary>Null: no repository.</summary>
    public static GitMoment? Of(string workspace) => GitState.Read(workspace) is { } state
        ? new(state, FileStamp.Find(Path.Combine(state.GitDirectory, "index")), File.Exists(Path.Combine(state.GitDirectory, "index.lock")))
        : null;
}
