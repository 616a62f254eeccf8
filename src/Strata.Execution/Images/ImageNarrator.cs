using System.Globalization;
using Strata.Core;
using Strata.Core.Text;
using Strata.Images;
using Strata.Images.Building;

namespace Strata.Execution.Images;

/// <summary>A build in lines for people.</summary>
/// <param name="explains">Also of what was reused, and each input that changed.</param>
public sealed class ImageNarrator(IProgress<string> lines, bool explains) : IBuildObserver
{
    private const int LeftOutShownMax = 3;

    private readonly Dictionary<string, int> _reused = new(StringComparer.Ordinal); // not told yet, by recipe; guarded by itself

    public void Report(string value) => lines.Report(value);

    public void On(BuildEvent e)
    {
        switch (e)
        {
            case BuildEvent.Started:
                SayReused(e.Recipe);
                Say(e, "building");
                break;
            case BuildEvent.Output output:
                lines.Report($"{e.Recipe} | {output.Line}");
                break;
            case BuildEvent.Ended ended:
                End(ended);
                break;
            case BuildEvent.Completed:
                SayReused(e.Recipe);
                break;
            case BuildEvent.Verified verified:
                Say(e, verified.Differences.Count == 0 && verified.First == verified.Second ? "the same when built again" : "NOT the same when built again:");
                foreach (var difference in verified.Differences)
                {
                    lines.Report($"    {difference}");
                }

                break;
        }
    }

    private void End(BuildEvent.Ended ended)
    {
        if (ended.Layer.Outcome is LayerOutcome.Reused)
        {
            if (explains || ended.Reason is BuildReason.BuiltElsewhere)
            {
                Say(ended, $"reused ({Why(ended.Reason)})");
            }
            else
            {
                lock (_reused)
                {
                    _reused[ended.Recipe] = _reused.GetValueOrDefault(ended.Recipe) + 1;
                }
            }

            return;
        }

        Say(ended, $"built in {Lifetime.Format(ended.Layer.Duration)}, {new ByteSize(ended.Layer.SizeBytes)} ({Why(ended.Reason)}{(ended.LostBecause is { } lost ? $": {lost}" : "")})");
        foreach (var change in ended.Reasons)
        {
            lines.Report($"    {change}");
        }

        if (explains && ended.LeftOut.Count > 0)
        {
            var more = ended.LeftOut.Count > LeftOutShownMax ? string.Create(CultureInfo.InvariantCulture, $" and {ended.LeftOut.Count - LeftOutShownMax} more") : "";
            lines.Report($"    not kept: {string.Join(", ", ended.LeftOut.Take(LeftOutShownMax))}{more}");
        }
    }

    private void SayReused(string recipe)
    {
        int count;
        lock (_reused)
        {
            _reused.Remove(recipe, out count);
        }

        if (count > 0)
        {
            lines.Report(string.Create(CultureInfo.InvariantCulture, $"{recipe}: {count} {(count == 1 ? "layer" : "layers")} reused"));
        }
    }

    private void Say(BuildEvent e, string what) =>
        lines.Report(string.Create(CultureInfo.InvariantCulture, $"{e.Recipe}: step {e.Step + 1} of {e.StepCount}, {e.Title}: {what}"));

    private static string Why(BuildReason reason) => reason switch
    {
        BuildReason.Unchanged => "no input changed",
        BuildReason.BuiltElsewhere => "built meanwhile by another process",
        BuildReason.New => "not built before where this run may see it",
        BuildReason.Changed => "an input changed",
        BuildReason.TooOld => "older than max-age",
        _ => "its layer is gone",
    };
}
