using System.Runtime.CompilerServices;
using System.Text;
using Strata.Core;
using Strata.Core.Tasks;
using Strata.Images.Recipes;
using Strata.Layers;

namespace Strata.Images.Copying;

/// <summary>
/// What a step copies, as its key has it. Of the same source and the same patterns it is remembered, and nothing is looked at: what is copied is planned when the
/// layer has to be made.
/// </summary>
internal sealed class CopiedFiles : IDisposable
{
    private readonly CopyRequest _request;
    private PlannedCopy? _plan;

    private CopiedFiles(CopyRequest request, Digest files, PlannedCopy? plan) => (_request, Files, _plan) = (request, files, plan);

    /// <inheritdoc cref="PlannedCopy.Files"/>
    public Digest Files { get; }

    /// <inheritdoc cref="CopyPlan.MakeAsync" path="/exception"/>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public static async Task<CopiedFiles> FindAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        if (request.Views.Home.FindSummary(KeyOf(request)) is { } known)
        {
            return new(request, known.Tree, null);
        }

        var plan = await CopyPlan.MakeAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            Remember(request, plan.Files);
        }
        catch
        {
            plan.Dispose();
            throw;
        }

        return new(request, plan.Files, plan);
    }

    /// <summary>Not for concurrent use. Remains this object's.</summary>
    /// <inheritdoc cref="CopyPlan.MakeAsync" path="/exception"/>
    public async ValueTask<PlannedCopy> PlanAsync(CancellationToken cancellationToken)
    {
        _plan ??= await CopyPlan.MakeAsync(_request, cancellationToken).ConfigureAwait(false);
        if (_plan.Files == Files)
        {
            return _plan;
        }

        Remember(_request, _plan.Files);
        throw new DamagedLayerException("What is copied is not what was remembered of the layers it is copied from. The next build knows better.");
    }

    public void Dispose() => _plan?.Dispose();

    private static void Remember(CopyRequest request, Digest files) => request.Views.Home.RecordSummary(KeyOf(request), new(files, BuildTime.Epoch));

    /// <summary>Of all that decides <see cref="Files"/>: the layers copied from, and the patterns. docs/format/layer-key.md draws it.</summary>
    private static Digest KeyOf(CopyRequest request)
    {
        var text = new StringBuilder("strata.copied/1 strata.copy/1 strata.tree/1\n").Append(request.FromWorkspace ? "workspace\n" : "image\n");
        foreach (var layer in request.From)
        {
            text.Append(layer.Digest.ToString()).Append('\n');
        }

        foreach (var (pattern, _) in request.Step.From)
        {
            Append(text, "from", pattern);
        }

        foreach (var pattern in request.Step.Exclude)
        {
            Append(text, "exclude", pattern);
        }

        return Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>With its length: no pattern can look like two.</summary>
    private static void Append(StringBuilder text, string what, string pattern) => text.Append(what).Append(' ').Append(pattern.Length).Append(' ').Append(pattern).Append('\n');
}
