using System.Collections.ObjectModel;
using Strata.Core.Diagnostics;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>What is wrong in one file, each thing once.</summary>
internal sealed class Problems : Collection<Diagnostic>
{
    public const int CountMax = 1_000; // more help nobody; bounds the work for hostile files

    private readonly HashSet<Diagnostic> _seen = [];

    public bool HasErrors { get; private set; }

    /// <summary>By place; what has the same place stays in the order of finding.</summary>
    public IReadOnlyList<Diagnostic> Sorted() =>
        [.. this.OrderBy(problem => problem.At?.Line ?? 0).ThenBy(problem => problem.At?.Column ?? 0)];

    protected override void InsertItem(int index, Diagnostic item)
    {
        HasErrors |= item.Severity == Severity.Error;
        if (Count < CountMax && _seen.Add(item))
        {
            base.InsertItem(index, item);
        }
    }
}
