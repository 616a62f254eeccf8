using System.Diagnostics;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Views;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Views;

public sealed class HostileViewTests : IDisposable
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly ViewStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Damaged_views_are_read_or_refused_never_anything_else()
    {
        var layers = Enumerable.Range(0, 3).Select(n => _store.Add(l =>
        {
            for (var i = 0; i < 12; i++)
            {
                l.AddFile(Entry(EntryKind.File, $"d{i % 4}/f{n}{i}") with { Attributes = i % 3 == 0 ? [new("user.a"u8.ToArray(), [1, 2])] : [] }, new byte[i * 1500].Select((_, b) => (byte)(b + 1)).ToArray());
                l.Add(Symlink($"d{i % 4}/l{n}{i}", "target"));
            }

            l.AddFile($"h{n}", "linked");
            l.Add(HardLink($"i{n}", $"h{n}"));
            l.AddFile(Entry(EntryKind.File, $"sparse{n}"), [.. new byte[1 << 16], 1, .. new byte[1 << 17]]);
        })).ToList();
        var view = _store.Open(new ViewPart { Layers = layers, Prefix = "p"u8.ToArray() });
        var whole = File.ReadAllBytes(view.Image.ImagePath);
        whole.AsSpan(1024 + 8, 1)[0] &= 0xfe; // else the superblock's checksum would catch all damage of it
        var devices = view.Devices.Select(d => d.Image).ToList();
        var random = new Random(Soak ? Environment.TickCount : 1);
        var refused = 0;
        var rounds = Soak ? 100_000 : 1500;
        for (var i = 0; i < rounds; i++)
        {
            var image = (byte[])whole.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(4) == 0 ? random.Next(1024, 1024 + 128 + (devices.Count * 128)) : random.Next(4096, image.Length);
                image[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)(image[at] ^ (1 << random.Next(8)));
            }

            refused += IsRefused(image, view.Image.IndexPath!, devices) ? 1 : 0;
        }

        refused.ShouldBeGreaterThan(rounds / 30);
        refused.ShouldBeLessThan(rounds);
    }

    [Fact]
    public void A_view_on_a_layer_that_is_shorter_than_it_says_is_refused()
    {
        var view = _store.Open(new ViewPart { Layers = [_store.Add(l => l.AddFile("f", "content"))] });
        var cut = _store.Directory.Combine("cut");
        File.WriteAllBytes(cut, File.ReadAllBytes(view.Devices[0].ImagePath)[..4096]);
        using var reader = ErofsReader.Open(view.Image.Image, ownsFile: false);
        using var file = File.OpenHandle(cut);
        Should.Throw<DamagedLayerException>(() => reader.UseDevices([file])).Message.ShouldContain("shorter");
        Should.Throw<ArgumentException>(() => reader.UseDevices([]));
    }

    /// <summary>A damaged view among a view's layers, and read by itself.</summary>
    private bool IsRefused(byte[] image, string indexPath, List<Microsoft.Win32.SafeHandles.SafeFileHandle> devices)
    {
        var path = _store.Directory.Combine("damaged");
        File.WriteAllBytes(path, image);
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var reader = ErofsReader.Open(path, new(1 << 30, 10_000));
            if (reader.Devices.Count == devices.Count)
            {
                reader.UseDevices(devices);
                var buffer = new byte[4096];
                foreach (var entry in reader.Entries().Where(e => e.Entry.Size > 0))
                {
                    reader.ReadContent(entry, 0, buffer.AsSpan(0, (int)Math.Min(entry.Entry.Size, buffer.Length)));
                }
            }

            using var write = _store.Layers.Public.Start();
            File.Copy(path, write.Target.ImagePath);
            File.Copy(indexPath, write.Target.IndexPath!);
            using var commit = ViewStore.Wait(write.CommitAsync(new PackedLayer(Core.Digest.Of(image), image.Length, default, 0, 0), CancellationToken.None));
            var copy = _store.Directory.Combine("copy");
            try
            {
                ViewWriter.WriteAsync(new() { Parts = [new() { Layers = [commit.Lease!] }] }, new(copy, null), CancellationToken.None).GetAwaiter().GetResult();
            }
            finally
            {
                File.Delete(copy);
                var digest = commit.Lease!.Digest;
                commit.Dispose();
                ViewStore.Wait(_store.Layers.Public.RemoveAsync(digest, CancellationToken.None));
            }

            return false;
        }
        catch (DamagedLayerException)
        {
            return true;
        }
        catch (HostileArchiveException)
        {
            return true; // a legal tree that no layer may hold
        }
        finally
        {
            Stopwatch.GetElapsedTime(start).TotalSeconds.ShouldBeLessThan(20);
        }
    }
}
