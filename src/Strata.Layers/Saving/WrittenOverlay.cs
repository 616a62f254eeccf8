using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>An overlay's upper directory.</summary>
/// <param name="Owners">How owners are written in it.</param>
/// <param name="UserXattr">See <see cref="DifferenceRequest.UserXattr"/>.</param>
/// <param name="MountPoints">See <see cref="DifferenceRequest.MountPoints"/>.</param>
public sealed record UpperDirectory(string Path, OwnerPolicy Owners, bool UserXattr, IReadOnlyList<byte[]> MountPoints)
{
    /// <summary>With the directories above: those that an image lacks were made too.</summary>
    /// <param name="mount">Where the overlay is mounted, without a slash at its end.</param>
    /// <param name="stubs">What a sandbox made to mount on, anywhere; from its root.</param>
    public static IReadOnlyList<byte[]> MountPointsBelow(string mount, IReadOnlyList<string> stubs)
    {
        var paths = new List<byte[]>();
        foreach (var stub in stubs.Where(stub => stub.StartsWith($"{mount}/", StringComparison.Ordinal)))
        {
            for (var path = stub[mount.Length..].Trim('/'); path.Length > 0; path = path[..Math.Max(path.LastIndexOf('/'), 0)])
            {
                paths.Add(Encoding.UTF8.GetBytes(path));
            }
        }

        return paths;
    }
}

/// <summary>What a job wrote on a stack of layers, read while nobody writes there. Not for concurrent use.</summary>
/// <param name="lowers">Bottom first; their leases are held by the caller until this is disposed.</param>
/// <param name="scratch">An existing directory of the host.</param>
/// <param name="tree">What the lowers show, where that is known; null: it is read when it is needed.</param>
public sealed class WrittenOverlay(IReadOnlyList<LowerLayer> lowers, UpperDirectory upper, string scratch, Lazy<MergedTree>? tree = null) : IDisposable
{
    private MergedTree? _tree;
    private LowerContents? _contents;

    public IReadOnlyList<LowerLayer> Layers => lowers;

    public string Scratch => scratch;

    /// <summary>What the lowers show together.</summary>
    /// <exception cref="DamagedLayerException">An index makes no sense.</exception>
    public MergedTree Lowers => _tree ??= tree?.Value ?? Read(lowers);

    /// <summary>Whether nobody wrote or removed anything.</summary>
    internal bool IsUntouched() => !UpperNames.Any(upper);

    /// <summary>What was written, by name alone: nothing is compared with what lies below.</summary>
    /// <param name="countMax">No more than these.</param>
    /// <param name="leavesOut">Of a path, and whether it is a directory: whether neither it nor anything below is meant.</param>
    public IReadOnlyList<byte[]> Names(int countMax, Func<byte[], bool, bool>? leavesOut = null) => UpperNames.List(upper, countMax, leavesOut);

    /// <summary>What was written at or below a directory.</summary>
    /// <param name="base">See <see cref="DifferenceRequest.Base"/>.</param>
    /// <exception cref="IOException">Something cannot be read.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer.</exception>
    internal LayerDifference Difference(
        byte[] path, Lazy<MergedTree>? @base, IReadOnlyList<byte[]> except, Func<byte[], bool>? leavesOut, CancellationToken cancellationToken)
    {
        var request = new DifferenceRequest
        {
            Upper = upper.Path,
            Lowers = Lowers,
            OpenLower = file => (_contents ??= new(lowers, Lowers, scratch)).Open(file),
            Base = @base,
            Path = path,
            Except = except,
            MountPoints = upper.MountPoints,
            Owners = upper.Owners,
            UserXattr = upper.UserXattr,
        };
        return LayerDifference.Compute(leavesOut is null ? request : request with { LeavesOut = leavesOut }, cancellationToken);
    }

    /// <summary>All that was written, as it lies there; of the lowers nothing is read. Null: a directory of them was renamed, so that what was written does not say it all.</summary>
    /// <inheritdoc cref="Difference"/>
    internal LayerDifference? Verbatim(Func<byte[], bool> leavesOut, CancellationToken cancellationToken)
    {
        var request = new DifferenceRequest
        {
            Upper = upper.Path,
            Lowers = MergedTree.Empty,
            OpenLower = static _ => throw new InvalidOperationException("Nothing of the lowers is read."),
            IsVerbatim = true,
            MountPoints = upper.MountPoints,
            Owners = upper.Owners,
            UserXattr = upper.UserXattr,
            LeavesOut = leavesOut,
        };
        var difference = LayerDifference.Compute(request, cancellationToken);
        if (!difference.HasRenamed)
        {
            return difference;
        }

        difference.Dispose();
        return null;
    }

    /// <summary>What a stack of layers shows.</summary>
    /// <exception cref="DamagedLayerException">An index makes no sense.</exception>
    public static MergedTree Read(IReadOnlyList<LowerLayer> layers) => MergedTree.Of([.. layers.Select(static layer => layer.ReadIndex())]);

    public void Dispose() => _contents?.Dispose();
}
