using Strata.Layers.Packing;

namespace Strata.Layers.Mounting;

/// <summary>Finds out, by trying, how this host mounts images. Nothing is shown anywhere, so it may be asked in the host's mount namespace.</summary>
public static class LayerMountProbe
{
    /// <param name="directory">Where an empty image of a few KiB may be written for a moment: where the layers will be.</param>
    public static LayerMountMethod Probe(string directory)
    {
        var image = Path.Combine(directory, $"probe-{Guid.NewGuid():n}.erofs");
        try
        {
            using (var builder = new LayerBuilder(new(image, null)))
            {
                builder.Finish();
            }

            return Works(image, LayerMountMethod.File) ? LayerMountMethod.File
                : Works(image, LayerMountMethod.Loop) ? LayerMountMethod.Loop
                : LayerMountMethod.None;
        }
        finally
        {
            File.Delete(image);
        }
    }

    private static bool Works(string image, LayerMountMethod method)
    {
        try
        {
            LayerMount.Open(image, [], method).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
