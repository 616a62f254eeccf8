using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>Sections of the workflow that declare things by name: <c>images:</c>, <c>caches:</c>.</summary>
internal static class Declarations
{
    private const int CountMax = 256; // of one section

    /// <param name="badName">What is said of a name that is none.</param>
    public static List<T> Read<T>(
        Fields workflow, string section, ObjectShape shape, Func<SourceSpan, string, Diagnostic> badName, Func<string, SourceSpan, Fields, T> read)
    {
        List<T> declared = [];
        foreach (var (key, value) in workflow.MappingOf(section)?.Entries ?? [])
        {
            if (declared.Count >= CountMax)
            {
                workflow.Problems.Add(StructureDiagnostics.TooMany(key.At, section, CountMax));
                break;
            }

            if (!Names.IsName(key.Text))
            {
                workflow.Problems.Add(badName(key.At, key.Text));
            }

            if (value is YamlMapping mapping)
            {
                declared.Add(read(key.Text, key.At, new Fields(mapping, shape, workflow.Templates)));
            }
        }

        return declared;
    }
}
