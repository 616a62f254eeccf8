using Strata.Layers.Erofs;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Mounting;

/// <summary>In a mount namespace of its own: a snapshot's layers become lowers, mounted or extracted, under an overlay in which a script runs.</summary>
internal static class PlacementChild
{
    /// <param name="directory">Holds <c>0.erofs</c>, <c>1.erofs</c> …, bottom first, and <c>script</c>.</param>
    public static async Task<int> RunAsync(string directory, LayerMountMethod method)
    {
        var lowers = new List<string>();
        foreach (var image in Directory.GetFiles(directory, "?.erofs").Order(StringComparer.Ordinal))
        {
            var target = Path.ChangeExtension(image, null);
            Directory.CreateDirectory(target);
            await PlaceAsync(image, target, method);
            lowers.Insert(0, Path.GetFileName(target));
        }

        Shell.Run(
            directory,
            $"""
            mkdir upper work merged
            mount -t overlay overlay -o lowerdir={string.Join(':', lowers)},upperdir=upper,workdir=work,redirect_dir=on,metacopy=off,index=off merged
            chown --reference={lowers[0]} upper; chmod --reference={lowers[0]} upper
            """);
        Console.Write(Shell.Run(Path.Combine(directory, "merged"), await File.ReadAllTextAsync(Path.Combine(directory, "script"))));
        return 0;
    }

    /// <summary>Mounts, prints all files, unmounts, and counts what is left.</summary>
    public static int Mount(LayerMountMethod method, string target, string image, string[] devices)
    {
        using (LayerMount.At(target, image, devices, method))
        {
            foreach (var file in Directory.GetFiles(target))
            {
                Console.WriteLine($"{Path.GetFileName(file)}: {File.ReadAllText(file)}");
            }
        }

        Console.WriteLine($"after: {Directory.GetFiles(target).Length}");
        return 0;
    }

    private static async Task PlaceAsync(string image, string target, LayerMountMethod method)
    {
        if (method is not LayerMountMethod.None)
        {
            LayerMount.At(target, image, [], method); // goes with the namespace
            return;
        }

        using var reader = ErofsReader.Open(image);
        await LayerExtractor.ToDirectoryAsync(reader, target, new(OwnerPolicy.Root, ExtractedMarks.Trusted), CancellationToken.None);
    }
}
