using System.Diagnostics;
using System.Text;
using Strata.Core;
using Strata.Layers.Differences;
using Strata.Layers.Indexes;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Differences;

/// <summary>
/// Runs in a mount namespace of its own: layers, an overlay on them, what a shell script does in it, the difference as one more layer, and both views
/// packed: their digests say whether they are equal in every name, time, attribute, link and byte.
/// </summary>
internal static class DifferenceChild
{
    /// <param name="random">Null: the scripts are files base and change in the directory.</param>
    public static async Task<int> RunAsync(string directory, int? seed)
    {
        string At(string name) => Path.Combine(directory, name);
        var commands = seed is { } number ? new RandomCommands(number) : null;
        foreach (var name in (string[])["base", "upper", "work", "merged", "again"])
        {
            Directory.CreateDirectory(At(name));
        }

        Shell.Run(At("base"), commands?.Base() ?? await File.ReadAllTextAsync(At("base.sh")));
        var layer = await LayerPacker.FromDirectoryAsync(At("base"), new(At("0.erofs"), At("0.index")), PackOptions.Default, CancellationToken.None);
        MountLayer(At("0.erofs"), At("0"));
        Shell.Run(directory, "mount -t overlay overlay -o lowerdir=0,upperdir=upper,workdir=work,redirect_dir=on,metacopy=off,index=off merged");
        Shell.Run(directory, "chown --reference=0 upper; chmod --reference=0 upper; touch -r 0 upper");
        var script = commands?.Change() ?? await File.ReadAllTextAsync(At("change.sh"));
        Shell.Run(At("merged"), script);
        var expected = await LayerPacker.FromDirectoryAsync(At("merged"), new(At("expected.erofs"), null), PackOptions.Default, CancellationToken.None);

        var lowers = MergedTree.Of([LayerIndex.Open(At("0.index"))]);
        using (var difference = LayerDifference.Compute(
            new() { Upper = At("upper"), Lowers = lowers, OpenLower = e => File.OpenHandle(Path.Combine(At("0"), Encoding.UTF8.GetString(e.PathInLayer))) },
            CancellationToken.None))
        {
            if (difference.Entries.Count == 0)
            {
                Console.WriteLine(expected.Digest == layer.Digest ? "equal, nothing changed" : $"nothing found\n{script}");
                return 0;
            }

            using var builder = new LayerBuilder(new(At("1.erofs"), At("1.index")));
            builder.AddAll(difference.Entries, CancellationToken.None);
            builder.Finish();
        }

        MountLayer(At("1.erofs"), At("1"));
        Shell.Run(directory, "mount -t overlay overlay -o lowerdir=1:0 again");
        var actual = await LayerPacker.FromDirectoryAsync(At("again"), new(At("actual.erofs"), null), PackOptions.Default, CancellationToken.None);

        // The same from the indexes alone.
        var merged = MergedTree.Of([LayerIndex.Open(At("0.index")), LayerIndex.Open(At("1.index"))]);
        using var squashing = new LayerBuilder(new(At("squashed.erofs"), null));
        squashing.AddAll(
            LayerWriting.Squashed(merged, e => File.OpenHandle(Path.Combine(At($"{e.Layer}"), Encoding.UTF8.GetString(e.PathInLayer)))), CancellationToken.None);
        var squashed = squashing.Finish();
        if (actual.Digest == expected.Digest && squashed.Digest == expected.Digest)
        {
            Console.WriteLine($"equal, {Names(At("1.index"))}");
            return 0;
        }

        const string list = "find . -printf '%P %y %m %U:%G %s %T@ %n %l\\n' | sort";
        Console.WriteLine($"{script}\n--- expected\n{Shell.Run(At("merged"), list)}--- actual {actual.Digest == expected.Digest}\n{Shell.Run(At("again"), list)}"
            + $"--- squashed {squashed.Digest == expected.Digest}\n--- layer\n{Shell.Run(At("1"), list)}--- upper\n{Shell.Run(At("upper"), list)}");
        return 1;
    }

    private static void MountLayer(string image, string target)
    {
        Directory.CreateDirectory(target);
        LayerMount.At(target, image, [], LayerMountMethod.File);
    }

    private static string Names(string index) => string.Join(
        ' ',
        LayerIndex.Open(index).Entries().Select(e => (e.Entry.IsWhiteout ? "-" : "")
            + (e.Entry.Path.Length == 0 ? "/" : Encoding.UTF8.GetString(e.Entry.Path))
            + (e.Entry.Attributes.Any(a => Encoding.UTF8.GetString(a.Name) == "trusted.overlay.opaque") ? "!" : "")));
}

/// <summary>A random tree and random changes of it, as shell scripts. What is impossible at the moment does nothing.</summary>
internal sealed class RandomCommands(int seed)
{
    private readonly Random _random = new(seed);

    public string Base()
    {
        var script = new StringBuilder("umask 022\n");
        for (var i = 0; i < 25; i++)
        {
            var path = Name();
            script.AppendLine(_random.Next(6) switch
            {
                0 or 1 => $"mkdir -p {path} 2>/dev/null || :",
                2 => $"mkdir -p $(dirname {path}) 2>/dev/null && [ ! -e {path} ] && ln -s {Name()} {path} || :",
                3 => $"mkdir -p $(dirname {path}) 2>/dev/null && [ ! -e {path} ] && mkfifo {path} || :",
                _ => $"mkdir -p $(dirname {path}) 2>/dev/null && [ ! -e {path} ] && echo {i} >{path} || :",
            });
        }

        return script.ToString();
    }

    public string Change()
    {
        var script = new StringBuilder("umask 022\n");
        for (var i = _random.Next(1, 15); i > 0; i--)
        {
            var (path, other) = (Name(), Name());
            script.AppendLine(_random.Next(12) switch
            {
                0 => $"rm -rf {path} 2>/dev/null || :",
                1 => $"[ ! -e {path} ] && mkdir {path} 2>/dev/null || :",
                2 => $"[ -d $(dirname {path}) ] && [ ! -d {path} ] && [ ! -p {path} ] && rm -f {path} && echo new{i} >{path} || :",
                3 => $"[ -f {path} ] && [ ! -L {path} ] && echo more >>{path} || :",
                4 or 5 => $"[ -e {path} ] && mv -T {path} {other} 2>/dev/null || :",
                6 => $"[ -e {path} ] && chmod {_random.Next(8)}55 {path} || :",
                7 => $"[ -e {path} ] && chown -h {_random.Next(3)}:70000 {path} || :",
                8 => $"rm -rf {path} 2>/dev/null && mkdir {path} 2>/dev/null && echo in >{path}/n{_random.Next(3)} || :",
                9 => $"[ -f {path} ] && [ ! -L {path} ] && ln {path} {other} 2>/dev/null || :",
                10 => $"[ -f {path} ] && [ ! -L {path} ] && cp -p {path} .copy && rm {path} && mv .copy {path} || :", // made anew, the same
                _ => $"rm -rf {path} 2>/dev/null && ln -s x{i} {path} 2>/dev/null || :",
            });
        }

        return script.ToString();
    }

    private string Name() => string.Join('/', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => $"n{_random.Next(3)}"));
}
