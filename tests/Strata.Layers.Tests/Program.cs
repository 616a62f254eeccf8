using System.Globalization;
using Strata.Layers.Mounting;
using Strata.Layers.Tests.Differences;
using Strata.Layers.Tests.Mounting;
using Strata.Layers.Tests.Packing;
using Strata.Layers.Tests.Saving;
using Strata.Layers.Tests.Store;
using Strata.Layers.Tests.Views;

namespace Strata.Layers.Tests;

/// <summary>What a child of a test does: <c>dotnet exec Strata.Layers.Tests.dll ROLE …</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["use-store", var directory, var seed]:
                await StoreChild.UseUntilKilledAsync(directory, int.Parse(seed));
                return 0;
            case ["race", var directory, var seed, var rounds]:
                return await StoreChild.RaceAsync(directory, int.Parse(seed), int.Parse(rounds));
            case ["fill-disk", var directory]:
                return await StoreChild.FillDiskAsync(directory);
            case ["lose-bytes", var directory, var disk]:
                return await StoreChild.LoseBytesAsync(directory, disk);
            case ["difference", var directory, .. var seed]:
                return await DifferenceChild.RunAsync(directory, seed is [var number] ? int.Parse(number) : null);
            case ["save", var directory]:
                return await new SavingChild(directory).SaveAsync();
            case ["collect", var directory, var root, var patterns]:
                return await new SavingChild(directory).CollectAsync(root, patterns);
            case ["pack-directory", var directory, var image]:
                await PackChild.PackDirectoryAsync(directory, image);
                return 0;
            case ["pack-names", var image, var names]:
                await PackChild.PackNamesAsync(image, int.Parse(names, CultureInfo.InvariantCulture));
                return 0;
            case ["pack-large-tar", var image, var files, var fileBytes]:
                await PackChild.PackLargeTarAsync(image, int.Parse(files), long.Parse(fileBytes));
                return 0;
            case ["place", var directory, var method]:
                return await PlacementChild.RunAsync(directory, Enum.Parse<LayerMountMethod>(method));
            case ["restore", var directory, var method, var target, var user]:
                return await RestoreChild.RunAsync(directory, Enum.Parse<LayerMountMethod>(method), target, user == "rootless");
            case ["mount", var method, var target, var image, .. var devices]:
                return PlacementChild.Mount(Enum.Parse<LayerMountMethod>(method), target, image, devices);
            case ["scratch", var parent]:
                using (var scratch = Layers.Trees.ScratchDirectory.Create(parent))
                {
                    Console.Write(scratch.Path);
                }

                return 0;
            default:
                return 64;
        }
    }
}
