using Strata.Layers.Store;
using Strata.Layers.Views;
using Strata.Sandbox.Scripts;

namespace Strata.Execution.Hermetic;

/// <summary>The shell of steps that name none, as an image has it: looked for once. Who failed to read the image did not, and the next looks again.</summary>
/// <param name="image">Bottom first.</param>
internal sealed class DefaultShell(IReadOnlyList<LayerLease> image)
{
    private Shell? _found;

    /// <exception cref="IOException">The image cannot be read.</exception>
    /// <exception cref="Layers.DamagedLayerException">A layer contradicts itself.</exception>
    public Shell Find() => _found ??= HasBash() ? new(".sh", ["bash", "-e", "{0}"]) : new(".sh", ["sh", "-e", "{0}"]);

    private bool HasBash()
    {
        using var names = new StackTree(image);
        return names.Find("usr/bin/bash"u8) is not null || names.Find("bin/bash"u8) is not null || names.Find("usr/local/bin/bash"u8) is not null;
    }
}
