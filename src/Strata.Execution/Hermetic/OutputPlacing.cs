using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Execution.Trees;
using Strata.Layers.Placing;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary>
/// Puts what a hermetic step made into its job's workspace: the same way after a hit and after a miss. Mostly it is copied in; what is large is mounted, when no process of the job is left and nothing
/// else can have a say about the paths.
/// </summary>
internal sealed class OutputPlacing(HermeticJob job)
{
    // Laying one more tree under a workspace takes about as long as copying so much.
    private const long MountedBytesMin = 16 << 20;
    private const long MountedFilesMin = 1_000;
    private const int MountsMax = 32; // each is one more tree that every look-up in the workspace goes through

    private int _mounts;

    /// <summary>Whatever is at the output paths goes; what the step made is there instead.</summary>
    /// <param name="tree">What <paramref name="layers"/> show; null: the step made nothing.</param>
    /// <param name="layers">Bottom first.</param>
    /// <exception cref="IOException">The workspace cannot be written.</exception>
    /// <exception cref="Layers.DamagedLayerException">A layer contradicts itself.</exception>
    public async Task PlaceAsync(HermeticPlan plan, StoredTree? tree, IReadOnlyList<LayerLease> layers, ISandbox sandbox, CancellationToken cancellationToken)
    {
        if (tree is { SizeBytes: >= MountedBytesMin } or { Files: >= MountedFilesMin } && _mounts < MountsMax && await TryMountAsync(plan, layers, sandbox, cancellationToken).ConfigureAwait(false))
        {
            _mounts++;
            return;
        }

        using var workspace = Open(sandbox);
        var format = sandbox.UpperFormat;
        var placement = new LivePlacement(new OwnerPolicy(format.OwnerShift, format.IdMax), job.Attempt.Services.Layers.Scratch) { Modified = plan.OutputTime };
        await placement.ReplaceAsync(workspace, [.. layers.Select(LowerLayer.Of)], plan.Outputs, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Only names directly in the workspace, which nothing below or above them is left of: then one more tree is all there is to say.</summary>
    private async Task<bool> TryMountAsync(HermeticPlan plan, IReadOnlyList<LayerLease> layers, ISandbox sandbox, CancellationToken cancellationToken)
    {
        List<byte[]> names;
        using (var shown = new StackTree(layers))
        {
            names = [.. shown.Names([])];
            if (plan.Outputs.Patterns.Any(static pattern => pattern.IsExclusion) || !names.TrueForAll(name => IsWhole(plan, shown, name) && job.MayMount(name)))
            {
                return false;
            }
        }

        using (var workspace = Open(sandbox))
        {
            LivePlacement.Remove(workspace, plan.Outputs, cancellationToken);
        }

        if (names.Exists(name => Path.Exists(Path.Combine(sandbox.WorkspaceUpper, Encoding.UTF8.GetString(name)))))
        {
            return false; // the mark of a removal: source or caches have something of that name
        }

        var trees = job.Attempt.Services.Layers;
        var opening = await trees.Views.OpenAsync(new ViewRequest { Parts = [new() { Layers = layers, StandsAlone = true }], Modified = plan.OutputTime }, cancellationToken).ConfigureAwait(false);
        if (opening.Lease is null)
        {
            return false;
        }

        var view = trees.Trees.Keep(opening.Lease);
        var tree = new RestoredTree(true, await trees.Trees.OpenSharedAsync(view, cancellationToken).ConfigureAwait(false), view);
        if (await sandbox.TryAddWorkspaceTreeAsync(tree.Tree, cancellationToken).ConfigureAwait(false) is not null)
        {
            return false;
        }

        job.Trees.Add(tree);
        return true;
    }

    private static bool IsWhole(HermeticPlan plan, StackTree shown, byte[] name)
    {
        var text = Encoding.UTF8.GetString(name);
        return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(name) && plan.Outputs.Matches(text, shown.Find(name)?.Kind is Layers.Entries.EntryKind.Directory);
    }

    private static SafeFileHandle Open(ISandbox sandbox) =>
        sandbox.OpenDirectory(SandboxSpec.WorkspacePath) ?? throw new IOException($"{SandboxSpec.WorkspacePath} is gone");
}
