using Strata.Layers.Store;

namespace Strata.Layers.Views;

/// <summary>A view and all it stands on, verified, not removed while this is held.</summary>
/// <param name="Image">The view's own image.</param>
/// <param name="Devices">The layers that hold its data, in the order a mount needs. Empty: it shows none.</param>
public sealed record ViewLease(LayerLease Image, IReadOnlyList<LayerLease> Devices) : IDisposable
{
    public IReadOnlyList<string> DevicePaths { get; } = [.. Devices.Select(static d => d.ImagePath)];

    public void Dispose()
    {
        Image.Dispose();
        foreach (var device in Devices)
        {
            device.Dispose();
        }
    }
}
