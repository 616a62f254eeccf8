using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>Holds a converted text against the original: no new error, and nothing changed but what was meant to.</summary>
internal sealed class ConversionCheck(string file, YamlMapping original, string source)
{
    private readonly List<string> _errors = ErrorsOf(file, source);

    public bool Allows(string text, IReadOnlyList<JobConversion> done)
    {
        List<Diagnostic> problems = [];
        if (YamlReader.Read(file, Encoding.UTF8.GetBytes(text), problems) is not YamlMapping root || !KeepsTheRest(root, done))
        {
            return false;
        }

        var known = new List<string>(_errors);
        return ErrorsOf(file, text).TrueForAll(known.Remove);
    }

    private static List<string> ErrorsOf(string file, string text) =>
        [.. WorkflowParser.Parse(file, Encoding.UTF8.GetBytes(text)).Diagnostics.Where(problem => problem.Severity == Severity.Error).Select(problem => problem.Code)];

    private bool KeepsTheRest(YamlMapping root, IReadOnlyList<JobConversion> done)
    {
        var jobs = new Dictionary<YamlNode, JobConversion>(ReferenceEqualityComparer.Instance);
        foreach (var job in done)
        {
            jobs.Add(job.Job, job);
        }

        return AreSame(original, root, ["images"], (key, before, after) =>
            key == "jobs" && before is YamlMapping allBefore && after is YamlMapping allAfter
                ? AreSame(allBefore, allAfter, [], (_, job, converted) =>
                    jobs.TryGetValue(job, out var change) && job is YamlMapping jobBefore && converted is YamlMapping jobAfter
                        ? IsConverted(jobBefore, jobAfter, change)
                        : AreSame(job, converted))
                : AreSame(before, after));
    }

    private static bool IsConverted(YamlMapping before, YamlMapping after, JobConversion change) =>
        (change.Image is null || after.Find("image") is YamlScalar { Text: var image } && image == change.Image)
        && AreSame(before, after, ["image", "runs-on"], (key, old, now) =>
            key == "steps" && old is YamlSequence steps && now is YamlSequence left
                ? AreSame([.. steps.Items.Where(step => !change.Removed.Contains(step))], left.Items)
                : AreSame(old, now));

    private static bool AreSame(YamlMapping before, YamlMapping after, string[] except, Func<string, YamlNode, YamlNode, bool> areSame)
    {
        List<YamlEntry> old = [.. before.Entries.Where(entry => Array.IndexOf(except, entry.Key.Text) < 0)];
        List<YamlEntry> now = [.. after.Entries.Where(entry => Array.IndexOf(except, entry.Key.Text) < 0)];
        if (old.Count != now.Count)
        {
            return false;
        }

        for (var i = 0; i < old.Count; i++)
        {
            if (old[i].Key.Text != now[i].Key.Text || !areSame(old[i].Key.Text, old[i].Value, now[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreSame(List<YamlNode> before, List<YamlNode> after)
    {
        if (before.Count != after.Count)
        {
            return false;
        }

        for (var i = 0; i < before.Count; i++)
        {
            if (!AreSame(before[i], after[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreSame(YamlNode before, YamlNode after) => (before, after) switch
    {
        (YamlScalar old, YamlScalar now) => old.Text == now.Text && old.Kind == now.Kind,
        (YamlSequence old, YamlSequence now) => AreSame(old.Items, now.Items),
        (YamlMapping old, YamlMapping now) => AreSame(old, now, [], (_, value, converted) => AreSame(value, converted)),
        _ => false,
    };
}
