using Strata.Layers.Entries;

namespace Strata.Execution.Hermetic;

/// <summary>
/// How old the outputs of a job's hermetic steps are in its workspace: as old as the newest thing they may be made of. So a tool that compares times finds them up to date, and a hit gives the same
/// times as a run would. Kept entries have no such time: it belongs to the workspace, not to the result.
/// </summary>
internal sealed class OutputTime
{
    private Timestamp _latest;

    /// <param name="own">What the step's own env says they are; null: nothing.</param>
    /// <param name="epoch">What they are at least.</param>
    /// <param name="newestInput">As the layers of source, caches and artifacts date it.</param>
    public Timestamp Of(Timestamp? own, Timestamp epoch, Timestamp newestInput)
    {
        if (own is { } said)
        {
            return said;
        }

        var time = newestInput > epoch ? newestInput : epoch;
        return _latest = time > _latest ? time : _latest; // it may stand on what the steps before made
    }
}
