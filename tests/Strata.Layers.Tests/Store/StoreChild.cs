using Strata.Core;
using Strata.Layers.Indexes;
using Strata.Layers.Store;

namespace Strata.Layers.Tests.Store;

/// <summary>Processes that use one store. Layers are any bytes here: the store does not look into them.</summary>
internal static class StoreChild
{
    public const int LayerCount = 6;

    /// <summary>Of an index without names, which these layers have.</summary>
    public const int IndexSize = 96;

    public static LocalLayerStore StoreIn(string directory) => new(directory, TimeProvider.System);

    /// <summary>The <paramref name="number"/>th layer: 1 byte to some 100 KB.</summary>
    public static byte[] Content(int number)
    {
        var content = new byte[1 + (number * 20_011)];
        new Random(number).NextBytes(content);
        return content;
    }

    public static async Task<LayerCommit> AddAsync(ILayerPlace place, byte[] content, Digest? claimed = null, bool index = true)
    {
        using var write = place.Start();
        await File.WriteAllBytesAsync(write.Target.ImagePath, content);
        if (index)
        {
            using var names = new LayerIndexWriter(write.Target.IndexPath!);
            names.Finish(Digest.Of(content));
        }

        return await write.CommitAsync(claimed ?? Digest.Of(content), content.Length, CancellationToken.None);
    }

    public static async Task UseUntilKilledAsync(string directory, int seed)
    {
        Console.WriteLine("ready");
        await UseAsync(directory, seed, int.MaxValue);
    }

    /// <summary>Exit code 0 when no lease ever showed anything but the layer.</summary>
    public static async Task<int> RaceAsync(string directory, int seed, int rounds) => await UseAsync(directory, seed, rounds) ? 0 : 1;

    /// <summary>On a file system that is too small: the store must stay as it was and go on.</summary>
    public static async Task<int> FillDiskAsync(string directory)
    {
        var place = StoreIn(directory).Public;
        var small = Content(1);
        (await AddAsync(place, small)).Dispose();
        try
        {
            (await AddAsync(place, new byte[64 << 20])).Dispose();
            Console.WriteLine("the disk was not full");
            return 1;
        }
        catch (IOException e)
        {
            Console.WriteLine($"refused: {e.Message}");
        }

        Console.WriteLine(string.Join(' ', Directory.GetFileSystemEntries(Path.Combine(directory, "layers/_public")).Select(p => Path.GetFileName(p)[..8]).Order()));
        using (var opened = (await place.OpenAsync(Digest.Of(small), CancellationToken.None)).Lease)
        {
            Console.WriteLine($"small layer: {opened is not null}");
        }

        using var again = await AddAsync(place, Content(2));
        Console.WriteLine($"next: {again.Outcome}");
        again.Dispose();
        Console.WriteLine($"removal: {await place.RemoveAsync(Digest.Of(small), CancellationToken.None)}");
        return 0;
    }

    /// <summary>On a file system whose disk no longer has what was written to it.</summary>
    /// <param name="disk">The file that is the disk: cut off, what lay behind cannot be read.</param>
    public static async Task<int> LoseBytesAsync(string directory, string disk)
    {
        var place = StoreIn(directory).Public;
        var content = Content(5);
        (await AddAsync(place, content)).Dispose();
        Shell.Run(
            Path.Combine(directory, "layers/_public", Digest.Of(content).Hex),
            $"rm stamp; sync -f .; dd if=image.erofs iflag=nocache count=0 status=none; truncate -s 64k {disk}");
        Console.WriteLine($"opening: {(await place.OpenAsync(Digest.Of(content), CancellationToken.None)).Miss}");
        Console.WriteLine($"again: {(await place.OpenAsync(Digest.Of(content), CancellationToken.None)).Miss}");
        Console.WriteLine(string.Join(' ', Directory.GetFileSystemEntries(Path.Combine(directory, "layers/_public")).Select(p => Path.GetFileName(p)[..8])));
        return 0;
    }

    private static async Task<bool> UseAsync(string directory, int seed, int rounds)
    {
        var random = new Random(seed);
        var store = StoreIn(directory);
        for (var i = 0; i < rounds; i++)
        {
            var content = Content(random.Next(LayerCount));
            var digest = Digest.Of(content);
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    using (var commit = await AddAsync(store.Public, content))
                    {
                        if (commit.Lease is not { } lease || !(await File.ReadAllBytesAsync(lease.ImagePath)).AsSpan().SequenceEqual(content) || lease.IndexPath is null)
                        {
                            Console.WriteLine($"{commit.Outcome} of {digest}: not there though leased");
                            return false;
                        }
                    }

                    break;
                case 3 or 4:
                    using (var lease = (await store.Public.OpenAsync(digest, CancellationToken.None)).Lease)
                    {
                        if (lease is not null && !(await File.ReadAllBytesAsync(lease.ImagePath)).AsSpan().SequenceEqual(content))
                        {
                            Console.WriteLine($"{digest}: not whole");
                            return false;
                        }
                    }

                    break;
                case 5 or 6:
                    await store.Public.RemoveAsync(digest, CancellationToken.None);
                    break;
                default:
                    await store.CollectAsync(new NoRoots(), 150_000, CancellationToken.None);
                    break;
            }
        }

        return true;
    }
}

internal sealed class NoRoots : ILayerRoots
{
    public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken) => new(new HashSet<LayerName>());
}
