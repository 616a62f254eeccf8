using System.Collections.ObjectModel;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>What is wrong in one file, each thing once. Throws <see cref="TooManyException"/> when there is no sense in going on.</summary>
internal sealed class Problems : Collection<Diagnostic>
{
    public const int CountMax = 250; // more help nobody; bounds the work for hostile files
    private const int RepeatsMax = 10 * CountMax;

    private readonly HashSet<Diagnostic> _seen = [];

    private int _added;

    public bool HasErrors { get; private set; }

    /// <summary>By place; what has the same place stays in the order of finding.</summary>
    public IReadOnlyList<Diagnostic> Sorted() =>
        Count < 2 ? [.. this] : [.. this.OrderBy(problem => problem.At?.Line ?? 0).ThenBy(problem => problem.At?.Column ?? 0)]; // sorting is compiled at the start, for milliseconds

    /// <summary>Says that the rest was not looked at.</summary>
    public void Close(string file)
    {
        HasErrors = true;
        base.InsertItem(Count, YamlDiagnostics.TooManyProblems(file));
    }

    protected override void InsertItem(int index, Diagnostic item)
    {
        HasErrors |= item.Severity == Severity.Error;
        if (_seen.Add(item))
        {
            base.InsertItem(index, item);
        }

        if (Count >= CountMax || ++_added > RepeatsMax)
        {
            throw new TooManyException();
        }
    }

    /// <summary>Caught by the parser alone.</summary>
    public sealed class TooManyException : Exception;
}
