using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Images.Kept;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Oci.Registries;
using Strata.Oci.Tests;

namespace Strata.Images.Tests;

/// <summary>What is on a host: listed, forgotten, and collected when it is too much.</summary>
public sealed class KeptImageTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("strata-kept-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task An_image_goes_with_its_last_name_and_shared_layers_stay()
    {
        await using var registry = await RealRegistry.StartAsync();
        var shared = SampleImages.Tar(("etc/a", "1"));
        await SampleImages.PushAsync(registry.Reference("one:1"), [shared, SampleImages.Tar(("etc/b", "1"))]);
        await SampleImages.PushAsync(registry.Reference("one:2"), [shared, SampleImages.Tar(("etc/b", "1"))]);
        await SampleImages.PushAsync(registry.Reference("two:1"), [shared]);
        await PullAsync(registry, "one:1", "one:2", "two:1");
        var kept = new KeptImages(_data, TimeProvider.System);
        var one = registry.Reference("one:1").ToString();

        var listed = kept.List();
        var renamed = await Removal.RemoveAsync(kept.Get(one, Local).Single(), one, new ProgressLines(), CancellationToken.None);
        var gone = await Removal.RemoveAsync(kept.Get(registry.Reference("one:2").ToString(), Local).Single(), null, new ProgressLines(), CancellationToken.None);

        listed.Select(image => image.References.Count).ShouldBe([2, 1]);
        listed.ShouldAllBe(image => image.IsComplete && image.CreatedAt != null && image.LastUsed != null);
        (renamed.IsImageGone, renamed.Layers).ShouldBe((false, 0));
        (gone.IsImageGone, gone.Layers).ShouldBe((true, 1));
        kept.List().ShouldHaveSingleItem().References.ShouldBe([registry.Reference("two:1").ToString()]);
        Layers().Count.ShouldBe(1);
        Should.Throw<UserErrorException>(() => kept.Get(one, Local)).Diagnostics[0].Code.ShouldBe("STR3021");
        kept.Get(kept.List()[0].Manifest!.Value.Short, Local).Count.ShouldBe(1);
        kept.Find(registry.Reference("two:1").ToString(), ImageOwnerTests.Identity("other")).Count.ShouldBe(1); // public
    }

    [Fact]
    public async Task A_name_that_came_after_the_image_was_looked_for_keeps_it()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("one:1"), [SampleImages.Tar(("etc/a", "1"))]);
        await SampleImages.PushAsync(registry.Reference("one:2"), [SampleImages.Tar(("etc/a", "1"))]);
        await PullAsync(registry, "one:1");
        var kept = new KeptImages(_data, TimeProvider.System);
        var seen = kept.List().ShouldHaveSingleItem();
        await PullAsync(registry, "one:2");

        var removed = await Removal.RemoveAsync(seen, null, new ProgressLines(), CancellationToken.None);

        removed.IsImageGone.ShouldBeFalse();
        kept.List().ShouldHaveSingleItem().References.ShouldBe([registry.Reference("one:2").ToString()]);
        Layers().Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_image_in_use_is_not_removed()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("one:1"), [SampleImages.Tar(("etc/a", "1"))]);
        await PullAsync(registry, "one:1");
        var kept = new KeptImages(_data, TimeProvider.System);
        var image = kept.List().ShouldHaveSingleItem();

        using (var lease = (await new LocalLayerStore(_data, TimeProvider.System).Public.OpenAsync(image.Layers[0].Digest, CancellationToken.None)).Lease.ShouldNotBeNull())
        {
            (await Should.ThrowAsync<UserErrorException>(async () => await Removal.RemoveAsync(image, null, new ProgressLines(), CancellationToken.None))).Diagnostics[0].Code.ShouldBe("STR3022");
            kept.List().ShouldHaveSingleItem().References.Count.ShouldBe(1);
        }

        (await Removal.RemoveAsync(image, null, new ProgressLines(), CancellationToken.None)).Layers.ShouldBe(1);
        Layers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Over_the_limit_unreferenced_layers_go_and_what_images_refer_to_stays_with_a_warning()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("one:1"), [SampleImages.Tar(("etc/a", "1"))]);
        await SampleImages.PushAsync(registry.Reference("two:1"), [SampleImages.Tar(("etc/b", "1"))]);
        await PullAsync(registry, "one:1", "two:1");
        var two = new KeptImages(_data, TimeProvider.System).Get(registry.Reference("two:1").ToString(), Local).Single();
        foreach (var record in Directory.GetFiles(Path.Combine(_data, "images"), "*.json").Where(file => File.ReadAllText(file).Contains(two.Layers[0].Digest.ToString(), StringComparison.Ordinal)))
        {
            File.Delete(record); // a record evicted by policy
        }

        (await new LayerCollector(_data, new ImageRoots(_data), 1 << 30, TimeProvider.System).RunAsync(CancellationToken.None)).Removed.ShouldBe(0);
        var collected = await new LayerCollector(_data, new ImageRoots(_data), 1, TimeProvider.System).RunAsync(CancellationToken.None);

        collected.Removed.ShouldBe(1);
        collected.Warning!.Code.ShouldBe("STR3025");
        Layers().ShouldHaveSingleItem().Digest.ShouldNotBe(two.Layers[0].Digest);
        var collector = new LayerCollector(_data, new ImageRoots(_data), 1, TimeProvider.System);
        (await collector.RunIfDueAsync(CancellationToken.None)).ShouldNotBeNull();
        (await collector.RunIfDueAsync(CancellationToken.None)).ShouldBeNull(); // not at the end of every run
    }

    [Fact]
    public async Task What_is_damaged_in_the_records_is_no_image_and_no_failure()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("one:1"), [SampleImages.Tar(("etc/a", "1"))]);
        await PullAsync(registry, "one:1");
        foreach (var record in Directory.GetFiles(Path.Combine(_data, "images"), "*.json"))
        {
            var text = await File.ReadAllTextAsync(record);
            await File.WriteAllTextAsync(record, text[..(text.Length * 2 / 3)]);
        }

        new KeptImages(_data, TimeProvider.System).List().ShouldBeEmpty();
        (await new ImageRoots(_data).ListAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    private ImageRemoval Removal => new(_data, new ImageRoots(_data), TimeProvider.System);

    private static RunIdentity Local { get; } = ImageOwnerTests.Identity("local");

    private IReadOnlyList<StoredLayer> Layers() => new LocalLayerStore(_data, TimeProvider.System).List(CancellationToken.None);

    private async Task PullAsync(RealRegistry registry, params string[] names)
    {
        using var resolver = new ImageResolver(_data, static () => OwnerPolicy.Root, TimeProvider.System, new RegistryOptions { RetriesMax = 0 });
        foreach (var name in names)
        {
            using var image = await resolver.OpenAsync(new BaseImage.Oci(registry.Reference(name).ToString(), null), Local, new ProgressLines(), CancellationToken.None);
        }
    }
}
