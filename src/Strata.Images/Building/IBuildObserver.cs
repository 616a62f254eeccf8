using Strata.Core;
using Strata.Core.Explain;

namespace Strata.Images.Building;

/// <summary>What is told of a build.</summary>
public interface IBuildObserver : IProgress<string>
{
    void On(BuildEvent e);
}

/// <param name="Recipe">Its name.</param>
/// <param name="Step">From 0.</param>
/// <param name="Title">The instruction in one line.</param>
public abstract record BuildEvent(string Recipe, int Step, int StepCount, string Title)
{
    public sealed record Started(string Recipe, int Step, int StepCount, string Title) : BuildEvent(Recipe, Step, StepCount, Title);

    /// <summary>A line the command printed, here or in the process that builds the layer.</summary>
    public sealed record Output(string Recipe, int Step, int StepCount, string Title, string Line) : BuildEvent(Recipe, Step, StepCount, Title);

    /// <param name="Reasons">Why it was built: what is not as the last time. Empty: it was reused, or there was no last time.</param>
    /// <param name="LeftOut">Names the command made that no layer keeps.</param>
    public sealed record Ended(
        string Recipe, int Step, int StepCount, string Title, ResolvedLayer Layer, BuildReason Reason, IReadOnlyList<InputChange> Reasons, IReadOnlyList<string> LeftOut)
        : BuildEvent(Recipe, Step, StepCount, Title)
    {
        /// <summary>Of <see cref="BuildReason.Lost"/>: why, for people. Null: nobody took it away.</summary>
        public string? LostBecause { get; init; }
    }

    /// <summary>All steps are done.</summary>
    public sealed record Completed(string Recipe, int Step, int StepCount) : BuildEvent(Recipe, Step, StepCount, "");

    /// <summary>Made a second time, it came out the same or not.</summary>
    /// <param name="Differences">Empty: the same.</param>
    public sealed record Verified(string Recipe, int Step, int StepCount, string Title, Digest First, Digest Second, IReadOnlyList<string> Differences)
        : BuildEvent(Recipe, Step, StepCount, Title);
}

/// <summary>Why a layer is what it is.</summary>
public enum BuildReason
{
    /// <summary>Nothing changed.</summary>
    Unchanged,

    /// <summary>Another process built it meanwhile.</summary>
    BuiltElsewhere,

    /// <summary>This step was never built here, or not where this run may see it.</summary>
    New,

    /// <summary>An input changed.</summary>
    Changed,

    /// <summary>It is older than max-age allows.</summary>
    TooOld,

    /// <summary>The inputs are as before, but the layer is not there any more: removed, revoked or damaged.</summary>
    Lost,
}
