using Strata.Core.Diagnostics;
using Strata.Layers;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>Finds what a step copies. Costs next to nothing when that was found before: it is kept as views, found again by their source.</summary>
internal static class CopyPlan
{
    /// <exception cref="UserErrorException">Nothing is there to be copied, or a path cannot be one (STR316x).</exception>
    /// <exception cref="DamagedLayerException">What is copied from contradicts itself.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static async Task<PlannedCopy> MakeAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var (items, exclude) = CopyItem.Parse(request.Step, request.FromWorkspace);
        var sources = new List<CopySource>(items.Count);
        using (var image = new StackTree(request.From))
        {
            foreach (var item in items)
            {
                sources.Add(CopySource.Find(item, exclude, image, request));
            }
        }

        var parts = new List<CopyPart>(sources.Count);
        try
        {
            foreach (var source in sources)
            {
                var part = await CopyPart.OpenAsync(source, request.Views, cancellationToken).ConfigureAwait(false);
                parts.Add(part);
                if (part.IsEmpty && !source.Item.Pattern.IsPath)
                {
                    throw CopySource.NothingMatches(source.Item, request);
                }
            }

            return new(request, parts);
        }
        catch
        {
            parts.ForEach(static p => p.Dispose());
            throw;
        }
    }
}
