using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Reading;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>Something for a person to look at, by its place in the original.</summary>
internal readonly record struct ConversionNote(int Offset, Func<SourceSpan, Diagnostic> Make);

/// <summary>What becomes of one job; done as a whole or not at all.</summary>
internal sealed class JobConversion(YamlMapping job, int start)
{
    public YamlMapping Job => job;

    public int Start => start;

    /// <summary>The job's image; null if the job chooses it itself.</summary>
    public string? Image { get; private set; }

    public List<TextEdit> Edits { get; } = [];

    public List<ConversionNote> Notes { get; } = [];

    public HashSet<YamlNode> Removed { get; } = new(ReferenceEqualityComparer.Instance);

    public static JobConversion Plan(string source, YamlMapping job, int start, ConvertedImages images)
    {
        var plan = new JobConversion(job, start);
        if (job.Find("image") is null && job.Find("container") is null && job.Find("uses") is null && job.Entries.Count > 0)
        {
            plan.Fill(source, images);
        }

        return plan;
    }

    private void Fill(string source, ConvertedImages images)
    {
        var runsOn = job.FindEntry("runs-on");
        var labels = runsOn?.Value switch
        {
            YamlScalar one => [one],
            YamlSequence many => many.Items.OfType<YamlScalar>().ToList(),
            YamlMapping group when group.Find("labels") is YamlScalar one => [one],
            YamlMapping group when group.Find("labels") is YamlSequence many => many.Items.OfType<YamlScalar>().ToList(),
            _ => [],
        };
        if (labels.Exists(label => RunnerLabels.IsForeign(label.Text)))
        {
            return;
        }

        if (labels.Exists(label => label.HasExpression))
        {
            Notes.Add(new(runsOn!.Value.ValueRange.Start, ConversionDiagnostics.RunnerByExpression));
        }

        var tools = RemoveSetUp(source);
        if (runsOn is { } entry && CanReplace(source, entry, labels))
        {
            Image = images.NameFor(tools);
            Edits.Add(new(entry.KeyRange.Start, entry.ValueRange.End, $"image: {Image}"));
        }
        else if (tools.Count > 0)
        {
            Image = images.NameFor(tools);
            Edits.Add(ImageInsertion.Entry(source, job, (runsOn ?? job.Entries[0]).KeyRange.Start, $"image: {Image}"));
        }
    }

    /// <summary>A hosted Linux runner, and nothing that an alias or a comment would miss.</summary>
    private static bool CanReplace(string source, YamlEntry runsOn, List<YamlScalar> labels) =>
        runsOn.Value is not YamlMapping
        && labels.Count > 0
        && labels.TrueForAll(label => !label.HasExpression)
        && labels.Exists(label => label.Text.StartsWith("ubuntu", StringComparison.OrdinalIgnoreCase))
        && source.AsSpan(runsOn.KeyRange.Start, runsOn.ValueRange.End - runsOn.KeyRange.Start).IndexOfAny('&', '*', '#') < 0;

    /// <returns>The tools the image must have. A job that only sets up keeps its steps: it needs at least one.</returns>
    private List<ConvertedTool> RemoveSetUp(string source)
    {
        List<ConvertedTool> tools = [];
        if (job.Find("steps") is not YamlSequence steps)
        {
            return tools;
        }

        List<int> found = [];
        for (var i = 0; i < steps.Items.Count; i++)
        {
            if (steps.Items[i] is YamlMapping step && ConvertedTool.Of(step) is { } tool)
            {
                tools.Add(tool);
                found.Add(i);
            }
        }

        if (found.Count < steps.Items.Count)
        {
            for (var i = 0; i < found.Count; i++)
            {
                Remove(source, steps, found[i], found.Count - i == steps.Items.Count - found[i], tools[i]);
            }
        }

        return tools;
    }

    private void Remove(string source, YamlSequence steps, int index, bool nothingStaysAfter, ConvertedTool tool)
    {
        if (ItemRemoval.Of(source, steps, index, nothingStaysAfter) is not { } edits)
        {
            return; // stays, and the parser says what to do with it
        }

        Edits.AddRange(edits);
        Removed.Add(steps.Items[index]);
        foreach (var note in tool.Notes())
        {
            Notes.Add(new(steps.Ranges[index].Start, note));
        }
    }
}
