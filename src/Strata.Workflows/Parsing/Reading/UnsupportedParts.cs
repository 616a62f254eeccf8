using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>What a job uses that Strata does not execute: a warning in the file's problems, an error in the job.</summary>
internal sealed class UnsupportedParts(Problems problems)
{
    private readonly List<Unsupported> _all = [];

    public IReadOnlyList<Unsupported> All => _all;

    /// <summary>Index of the step that is being read, or null.</summary>
    public int? Step { get; set; }

    public void Add(Diagnostic warning) => Add(warning, null);

    /// <param name="onlyFor">The matrix value that needs it, or null for the whole job.</param>
    public void Add(Diagnostic warning, (string Key, string Value)? onlyFor)
    {
        problems.Add(warning);
        _all.Add(new(warning with { Severity = Severity.Error }) { OnlyFor = onlyFor, Step = Step });
    }

    /// <summary>A mapping given by one expression, as <c>env: ${{ fromJSON(…) }}</c>.</summary>
    public void AddComputed(Fields fields, string key)
    {
        if (fields.Knows(key) && fields.Scalar(key) is { HasExpression: true } scalar && fields.Template(key) is not null)
        {
            Add(UnsupportedDiagnostics.WholeByExpression(scalar.At, key));
        }
    }

    /// <summary>Of a shell: an error is only reported, an unsupported one kept.</summary>
    public void AddShell(Located<Template>? shell)
    {
        switch (shell is null ? null : ShellCheck.Problem(shell))
        {
            case { Severity: Severity.Error } error:
                problems.Add(error);
                break;
            case { } warning:
                Add(warning);
                break;
        }
    }
}
