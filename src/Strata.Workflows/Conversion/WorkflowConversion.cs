using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>
/// From a GitHub workflow to one Strata runs: <c>runs-on</c> becomes an image that has what the removed set-up steps installed. Everything
/// else, comments too, stays as written, character by character; a job for which that cannot be had stays as a whole.
/// </summary>
public static class WorkflowConversion
{
    private const string Target = "strata.yml";

    /// <param name="file">As the user named it: for messages about a file that cannot be read.</param>
    /// <returns>The new text, and what needs a hand, with places in the new text; or the problems of a file that is no workflow.</returns>
    public static (string Yaml, IReadOnlyList<Diagnostic> ByHand) Convert(string file, ReadOnlyMemory<byte> utf8)
    {
        List<Diagnostic> problems = [];
        if (SourceDecoding.Decode(file, utf8.Span, problems) is not { } source
            || YamlReader.Read(file, utf8.Span, problems) is not YamlMapping root || root.Find("jobs") is not YamlMapping jobs)
        {
            return (Encoding.UTF8.GetString(utf8.Span), problems.Count > 0 ? problems : WorkflowParser.Parse(file, utf8).Diagnostics);
        }

        var images = new ConvertedImages([.. (root.Find("images") as YamlMapping)?.Entries.Select(entry => entry.Key.Text) ?? []]);
        var planned = PlanAll(source, jobs, images);
        var check = new ConversionCheck(Target, root, source);
        var done = ConversionSelection.Find(
            [.. planned.Where(job => job.Edits.Count > 0)],
            some => EditsOf(source, root, images, some) is { } tried && check.Allows(tried.Apply(), some));
        var edits = EditsOf(source, root, images, done)!;
        var yaml = edits.Apply();
        return (yaml, ByHand(yaml, edits, planned, done));
    }

    /// <summary>Jobs that share a node by an alias are converted once.</summary>
    private static List<JobConversion> PlanAll(string source, YamlMapping jobs, ConvertedImages images)
    {
        List<JobConversion> planned = [];
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        foreach (var entry in jobs.Entries)
        {
            if (entry.Value is YamlMapping job && seen.Add(job))
            {
                planned.Add(JobConversion.Plan(source, job, entry.KeyRange.Start, images));
            }
        }

        return planned;
    }

    private static TextEdits? EditsOf(string source, YamlMapping root, ConvertedImages images, IReadOnlyList<JobConversion> jobs)
    {
        List<TextEdit> edits = [.. jobs.SelectMany(job => job.Edits)];
        var used = jobs.Select(job => job.Image).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (used.Count > 0)
        {
            if (ImageInsertion.Definitions(source, root, images, used) is not { } definitions)
            {
                return null;
            }

            edits.Add(definitions);
        }

        return TextEdits.Of(source, edits);
    }

    private static List<Diagnostic> ByHand(string yaml, TextEdits edits, List<JobConversion> planned, List<JobConversion> done)
    {
        // Inputs without effect do no harm.
        List<Diagnostic> all = [.. WorkflowParser.Parse(Target, Encoding.UTF8.GetBytes(yaml)).Diagnostics.Where(problem => problem.Code != "STR1119")];
        foreach (var job in planned)
        {
            IEnumerable<ConversionNote> notes = job.Edits.Count == 0 || done.Contains(job) ? job.Notes : [new(job.Start, ConversionDiagnostics.LeftAsItIs)];
            all.AddRange(notes.Select(note => note.Make(new(Target, edits.NewLineOf(note.Offset), 1))));
        }

        return [.. all.Distinct().OrderBy(problem => problem.At?.Line)];
    }
}
