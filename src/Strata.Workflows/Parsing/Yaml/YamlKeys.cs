using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>The keys of one mapping: texts, each once, no merge key.</summary>
internal sealed class YamlKeys(ICollection<Diagnostic> problems)
{
    private readonly Dictionary<string, SourceSpan> _names = new(StringComparer.Ordinal);

    /// <returns>False after reporting why not.</returns>
    public bool Accept(YamlScalar? key, SourceSpan place)
    {
        var problem = key switch
        {
            null => YamlDiagnostics.KeyIsNotText(place),
            { Text: "<<", Style: YamlStyle.Plain } => YamlDiagnostics.MergeKey(place),
            { Text.Length: > YamlLimits.KeyLengthMax } => YamlDiagnostics.KeyTooLong(place),
            _ when _names.TryGetValue(key.Text, out var first) => YamlDiagnostics.DuplicateKey(place, key.Text, first),
            _ => null,
        };
        if (problem is not null)
        {
            problems.Add(problem);
            return false;
        }

        _names.Add(key!.Text, place);
        return true;
    }
}
