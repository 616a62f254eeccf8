using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>runs-on:</c>, every form.</summary>
internal static class RunnerLabels
{
    public static IReadOnlyList<Located<Template>> Read(Fields job, Strategy? strategy, UnsupportedParts unsupported)
    {
        var labels = job.Object("runs-on") is { } settings ? ReadGroup(settings, unsupported) : job.TemplateList("runs-on");
        foreach (var label in labels)
        {
            if (label.Value.IsLiteral)
            {
                if (IsForeign(label.Value.Text))
                {
                    unsupported.Add(UnsupportedDiagnostics.Runner(label.At, label.Value.Text));
                }
            }
            else if (label.Value.Expressions is [var only] && only.Paths is [['m', 'a', 't', 'r', 'i', 'x', '.', ..] path])
            {
                CheckMatrix(path["matrix.".Length..], strategy, unsupported);
            }
        }

        return labels;
    }

    /// <summary>GitHub's labels of systems that are not Linux.</summary>
    public static bool IsForeign(string label) =>
        label.StartsWith("windows", StringComparison.OrdinalIgnoreCase) || label.StartsWith("macos", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<Located<Template>> ReadGroup(Fields settings, UnsupportedParts unsupported)
    {
        if (settings.Has("group"))
        {
            unsupported.Add(UnsupportedDiagnostics.RunnerGroup(settings.KeyAt("group")));
        }

        return settings.TemplateList("labels");
    }

    private static void CheckMatrix(string key, Strategy? strategy, UnsupportedParts unsupported)
    {
        if (strategy?.Matrix is not TemplateTree.Mapping matrix)
        {
            return;
        }

        foreach (var (name, value) in matrix.Members)
        {
            if (value is not TemplateTree.Sequence items)
            {
                continue;
            }

            foreach (var item in items.Items)
            {
                if (string.Equals(name, key, StringComparison.OrdinalIgnoreCase))
                {
                    CheckValue(key, item, unsupported);
                }
                else if (name == "include" && item is TemplateTree.Mapping combination)
                {
                    foreach (var (member, inner) in combination.Members)
                    {
                        if (string.Equals(member, key, StringComparison.OrdinalIgnoreCase))
                        {
                            CheckValue(key, inner, unsupported);
                        }
                    }
                }
            }
        }
    }

    private static void CheckValue(string key, TemplateTree value, UnsupportedParts unsupported)
    {
        if (value is TemplateTree.Leaf { Plain: { Kind: ValueKind.String } plain } && IsForeign(plain.ToText()))
        {
            unsupported.Add(UnsupportedDiagnostics.Runner(value.At, plain.ToText()), (key, plain.ToText()));
        }
    }
}
