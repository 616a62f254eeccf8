using System.Text;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Packing;

namespace Strata.Layers.Tests.Packing;

/// <summary>Packs in a process of its own, so that what that took is known.</summary>
internal static class PackChild
{
    public static Task PackDirectoryAsync(string directory, string image) =>
        ReportAsync(LayerPacker.FromDirectoryAsync(directory, Target(image), PackOptions.Default, CancellationToken.None));

    public static Task PackLargeTarAsync(string image, int files, long fileBytes) =>
        ReportAsync(LayerPacker.FromTarAsync(new LargeTar(files, fileBytes), Target(image), TarPackOptions.Default, CancellationToken.None));

    /// <summary>Files without bytes that have contents no two of which are alike: names alone are counted.</summary>
    public static Task PackNamesAsync(string image, int names)
    {
        using var builder = new LayerBuilder(Target(image));
        for (var i = 0; i < names; i++)
        {
            var path = Encoding.UTF8.GetBytes($"packages/package-{i / 500:d6}/lib/module-{i:d8}.js");
            var inode = builder.Tree.Add(new() { Kind = EntryKind.File, Path = path, Mode = 0x1a4, User = 0, Group = 0, Modified = new(i, 0) });
            builder.Tree.SetContent(inode, Digest.Of(path));
        }

        return ReportAsync(Task.FromResult(builder.Finish()));
    }

    public static async Task<PackedChild> RunAsync(params string[] arguments)
    {
        var words = (await TestChild.FinishAsync(TestChild.Start(arguments))).Split(' ');
        return new(words[0], long.Parse(words[1]), long.Parse(words[2]) << 10);
    }

    private static LayerTarget Target(string image) => new(image, image + ".index");

    private static async Task ReportAsync(Task<PackedLayer> packing)
    {
        var layer = await packing;
        var peak = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        Console.Write($"{layer.TreeDigest} {layer.SizeBytes} {peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]}");
    }
}

/// <param name="SizeBytes">Of the image.</param>
/// <param name="PeakBytes">Of memory.</param>
internal sealed record PackedChild(string TreeDigest, long SizeBytes, long PeakBytes);
