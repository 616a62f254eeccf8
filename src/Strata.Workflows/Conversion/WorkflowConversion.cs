using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>
/// From a GitHub workflow to one Strata runs: <c>runs-on</c> becomes an image that has what the removed set-up steps installed. Everything
/// else, comments too, stays as written.
/// </summary>
public static class WorkflowConversion
{
    /// <param name="file">As the user named it: for messages about a file that cannot be read.</param>
    /// <returns>The new text, and what needs a hand, with places in the new text; or the problems of a file that is no workflow.</returns>
    public static (string Yaml, IReadOnlyList<Diagnostic> ByHand) Convert(string file, ReadOnlyMemory<byte> utf8)
    {
        List<Diagnostic> problems = [];
        if (YamlReader.Read(file, utf8.Span, problems) is not YamlMapping root || root.Find("jobs") is not YamlMapping jobs)
        {
            return (Encoding.UTF8.GetString(utf8.Span), problems.Count > 0 ? problems : WorkflowParser.Parse(file, utf8).Diagnostics);
        }

        var text = new LineEdits(Encoding.UTF8.GetString(utf8.Span));
        var images = new ConvertedImages();
        List<(int Line, Func<SourceSpan, Diagnostic> Make)> notes = [];
        foreach (var (_, value) in jobs.Entries)
        {
            if (value is YamlMapping job)
            {
                ConvertJob(job, text, images, notes);
            }
        }

        if (root.Find("images") is null && root.FindKey("jobs") is { } key)
        {
            text.InsertBefore(key.At.Line, images.Text());
        }

        var yaml = text.ToString();
        const string target = "strata.yml";
        var remaining = WorkflowParser.Parse(target, Encoding.UTF8.GetBytes(yaml)).Diagnostics.Where(d => d.Code != "STR1119"); // inputs without effect do no harm
        IEnumerable<Diagnostic> own = notes.Select(note => note.Make(new(target, text.NewLineOf(note.Line), 1)));
        return (yaml, [.. remaining.Concat(own).OrderBy(d => d.At?.Line)]);
    }

    private static void ConvertJob(
        YamlMapping job, LineEdits text, ConvertedImages images, List<(int Line, Func<SourceSpan, Diagnostic> Make)> notes)
    {
        var tools = new List<ConvertedTool>();
        if (job.Find("steps") is YamlSequence steps)
        {
            for (var i = 0; i < steps.Items.Count; i++)
            {
                if (steps.Items[i] is YamlMapping step && ConvertedTool.Of(step) is { } tool)
                {
                    tools.Add(tool);
                    var next = i + 1 < steps.Items.Count ? steps.Items[i + 1].At.Line : (int?)null;
                    text.RemoveItem(step.At.Line, next);
                    notes.AddRange(tool.Notes(step.At.Line));
                }
            }
        }

        if (job.Find("image") is not null || job.Find("container") is not null || job.FindKey("runs-on") is not { } runsOn)
        {
            return;
        }

        switch (job.Find("runs-on"))
        {
            case YamlScalar { HasExpression: true } label:
                notes.Add((label.At.Line, ConversionDiagnostics.RunnerByExpression));
                break;
            case YamlScalar label when label.At.Line == runsOn.At.Line && label.Text.StartsWith("ubuntu", StringComparison.Ordinal):
                text.ReplaceInLine(runsOn.At.Line, runsOn.At.Column, label.At.Column + (label.End - label.Start), $"image: {images.NameFor(tools)}");
                break;
        }
    }
}
