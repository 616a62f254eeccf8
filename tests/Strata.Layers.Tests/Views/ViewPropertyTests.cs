using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Packing;
using Strata.Layers.Trees;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Views;

namespace Strata.Layers.Tests.Views;

public sealed class ViewPropertyTests
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    [Fact]
    public void A_view_shows_what_the_model_says()
    {
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var store = new ViewStore();
            var random = new RandomView(seed, store);
            var view = store.Open(random.Request);
            var read = ViewStore.Read(view);
            RandomEntries.Show(read).ShouldBe(random.Expected, $"seed {seed}");
            var digests = read.Select(e => e.Entry.Kind is Layers.Entries.EntryKind.File ? Core.Digest.Of(e.Content) : (Core.Digest?)null);
            LayerIndex.Open(view.Image.IndexPath!).Entries().Select(e => e.Content).ShouldBe(digests, $"seed {seed}");
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 3000 : 150), property);
    }

    [Fact]
    public void A_summary_states_the_digest_of_the_view_and_its_newest_name()
    {
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var store = new ViewStore();
            var request = new RandomView(seed, store).Request;
            var summary = store.Views.Summarize(request, CancellationToken.None);
            summary.Tree.ShouldBe(LayerIndex.Open(store.Open(request).Image.IndexPath!).TreeDigest, $"seed {seed}");
            store.Views.Summarize(request, CancellationToken.None).ShouldBe(summary, $"seed {seed}, remembered");
            store.Views.Summarize(request with { Modified = new(7, 0), OwnedBy = (1, 2) }, CancellationToken.None).ShouldBe(summary, $"seed {seed}, other times and owners");
            if (request.Modified is null)
            {
                var shown = LayerIndex.Open(store.Open(request).Image.IndexPath!).Entries().Where(e => e.Entry.Kind is not Layers.Entries.EntryKind.Directory).Select(e => e.Entry.Modified).Append(default).Max();
                summary.Newest.ShouldBe(shown, $"seed {seed}");
            }
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 3000 : 150), property);
    }

    [Fact]
    public void Indexes_alone_tell_what_a_walk_through_the_images_tells_or_nothing()
    {
        var (told, asked) = (0, 0);
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var store = new ViewStore();
            var request = new RandomView(seed, store, isPlain: true).Request;
            using var walk = new ViewSummarizing(request);
            asked++;
            if (IndexSummarizing.TryCompute(request, CancellationToken.None) is { } summary)
            {
                told++;
                summary.ShouldBe(walk.Compute(CancellationToken.None), $"seed {seed}");
            }

            List<LayerIndex> stack = [.. request.Parts[0].Layers.Select(static layer => LayerIndex.Open(layer.IndexPath!))];
            if (IndexSummarizing.TryCompute(stack, ViewSelection.All, CancellationToken.None) is { } all)
            {
                var merged = MergedSummary.Of(MergedTree.Of(stack));
                (all.Tree, all.VisibleBytes, all.TotalBytes, all.Names).ShouldBe((merged.Tree, merged.VisibleBytes, merged.TotalBytes, merged.Names), $"seed {seed}, all");
            }
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 5000 : 300), property);
        told.ShouldBeInRange(asked / 5, asked - 1);
    }

    [Fact]
    public void What_a_layer_in_the_middle_hides_is_not_told_by_indexes_alone()
    {
        using var store = new ViewStore();
        var bottom = store.Add(static layer => layer.AddFile("d/x", "1"));
        var middle = store.Add(static layer =>
        {
            layer.AddFile("d/y", "2");
            layer.MarkOpaque("d"u8);
        });
        var top = store.Add(static layer => layer.AddFile("d/z", "3"));
        var request = new ViewRequest { Parts = [new() { Layers = [bottom, middle, top] }] };
        using var walk = new ViewSummarizing(request);
        IndexSummarizing.TryCompute(request, CancellationToken.None).ShouldBeNull();
        store.Views.Summarize(request, CancellationToken.None).ShouldBe(walk.Compute(CancellationToken.None));
        IndexSummarizing.TryCompute(request with { Parts = [new() { Layers = [bottom, top] }] }, CancellationToken.None).ShouldNotBeNull();
    }

    [Fact]
    public void Whatever_an_index_says_it_is_told_or_refused()
    {
        using var store = new ViewStore();
        var layer = store.Add(static layer =>
        {
            layer.AddFile("a/b", "1");
            layer.Add(LayerImages.Symlink("a/link", "b"));
            layer.AddFile(LayerImages.Entry(EntryKind.File, "c") with { Attributes = [new("user.a"u8.ToArray(), [1]), new("user.b"u8.ToArray(), [2])] }, [1, 2, 3]);
        });
        var index = File.ReadAllBytes(layer.IndexPath!);
        var (told, refused) = (0, 0);
        for (var at = IndexFormat.HeaderSize; at < index.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var other = (byte[])index.Clone();
                other[at] ^= (byte)(1 << bit);
                System.Security.Cryptography.SHA256.HashData([.. other[IndexFormat.HeaderSize..], .. other[..IndexFormat.DigestAt]], other.AsSpan(IndexFormat.DigestAt));
                try
                {
                    IndexSummarizing.TryCompute([LayerIndex.Parse(other)], ViewSelection.All, CancellationToken.None);
                    told++;
                }
                catch (DamagedLayerException)
                {
                    refused++;
                }
            }
        }

        refused.ShouldBeGreaterThan(100);
        told.ShouldBeGreaterThan(100); // contents, times
    }

    [Fact]
    public void A_torn_summary_is_made_anew()
    {
        using var store = new ViewStore();
        var request = new RandomView(5, store).Request;
        var summary = store.Views.Summarize(request, CancellationToken.None);
        var kept = Directory.GetFiles(store.Directory.Path, "*", SearchOption.AllDirectories).Single(path => path.Contains("summaries", StringComparison.Ordinal));
        foreach (var text in (string[])["", File.ReadAllText(kept)[..40], File.ReadAllText(kept).Replace(summary.Tree.ToString(), Core.Digest.Of([1]).ToString(), StringComparison.Ordinal)])
        {
            File.WriteAllText(kept, text);
            store.Views.Summarize(request, CancellationToken.None).ShouldBe(summary);
        }
    }

    [Fact]
    public void A_mounted_and_an_extracted_view_are_the_same_and_sound()
    {
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var store = new ViewStore();
            var view = store.Open(new RandomView(seed, store).Request);
            Shell.Run(store.Directory.Path, string.Join(' ', (string[])["fsck.erofs", .. view.DevicePaths.Select(d => $"--device={d}"), view.Image.ImagePath]));
            using var reader = ErofsReader.Open(view.Image.Image, ownsFile: false);
            reader.UseDevices([.. view.Devices.Select(d => d.Image)]);
            var target = Directory.CreateDirectory(store.Directory.Combine("extracted")).FullName;
            LayerExtractor.ToDirectoryAsync(reader, target, new(OwnerPolicy.Root, ExtractedMarks.Trusted), CancellationToken.None).GetAwaiter().GetResult();
            using var mount = store.Mount(view);
            RandomTree.ShouldBeTheSameTree(target, mount.Path, $"seed {seed}");
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 300 : 12), property);
    }

    [Fact]
    public async Task Equal_requests_give_equal_bytes()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var store = new ViewStore();
            var request = new RandomView(seed, store).Request;
            var first = await ViewWriter.WriteAsync(request, new(store.Directory.Combine("1"), store.Directory.Combine("1.index")), CancellationToken.None);
            (await ViewWriter.WriteAsync(request with { Parts = [.. request.Parts.Select(p => p with { })] }, new(store.Directory.Combine("2"), store.Directory.Combine("2.index")), CancellationToken.None))
                .ShouldBe(first);
            (await File.ReadAllBytesAsync(store.Directory.Combine("2"))).ShouldBe(await File.ReadAllBytesAsync(store.Directory.Combine("1")));
            (await File.ReadAllBytesAsync(store.Directory.Combine("2.index"))).ShouldBe(await File.ReadAllBytesAsync(store.Directory.Combine("1.index")));
            first.Digest.ShouldBe(Core.Digest.Of(await File.ReadAllBytesAsync(store.Directory.Combine("1"))));
        }
    }
}
