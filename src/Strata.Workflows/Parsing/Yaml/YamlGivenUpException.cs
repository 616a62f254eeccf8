using Strata.Core.Diagnostics;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>The rest of the file cannot be read. Caught by the reader alone.</summary>
internal sealed class YamlGivenUpException(Diagnostic diagnostic) : Exception
{
    public Diagnostic Diagnostic => diagnostic;
}
