using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Remote;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Store;
using Strata.Storage;
using Strata.Storage.Blobs;

namespace Strata.Layers.Tests.Remote;

[Collection(RunsAlone.Name)]
public sealed class CachedLayersTests : LayerPlaceContract
{
    private readonly CachedLayersBench _bench;

    public CachedLayersTests() => _bench = new(Scratch.Path);

    protected override LayerOrg Org => CachedLayersBench.Org;

    protected override ILayerPlace Place => _bench.Layers.Of(Org);

    protected override void Dispose(bool disposing)
    {
        _bench.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    [Fact]
    public async Task A_layer_that_was_uploaded_is_fetched_by_a_host_with_an_empty_disk()
    {
        await UploadAsync();
        var other = _bench.On(Scratch.Combine("other")).Of(Org);
        using var lease = (await other.OpenAsync(ContentDigest, CancellationToken.None)).Lease.ShouldNotBeNull();
        lease.ImagePath.ShouldStartWith(Scratch.Combine("other"));
        await ShouldBeTheLayerAsync(lease);
    }

    [Theory]
    [InlineData("rm -r .")]
    [InlineData("chmod u+w image.erofs; truncate -s 100 image.erofs")]
    [InlineData("rm image.erofs")]
    public async Task What_is_lost_or_damaged_here_is_fetched_anew(string change)
    {
        await UploadAsync();
        Shell.Run(LayerDirectory, change == "rm -r ." ? "rm -r \"$PWD\"" : change);
        using var lease = (await OpenAsync()).Lease.ShouldNotBeNull();
        await ShouldBeTheLayerAsync(lease);
    }

    [Fact]
    public async Task A_layer_without_an_index_is_fetched_without_one()
    {
        using (var commit = await StoreChild.AddAsync(Place, Content, index: false))
        {
            await _bench.UploadAsync(commit.Lease!);
        }

        await Place.RemoveAsync(ContentDigest, CancellationToken.None);
        using var lease = (await OpenAsync()).Lease.ShouldNotBeNull();
        lease.IndexPath.ShouldBeNull();
    }

    [Fact]
    public async Task An_index_that_says_something_else_than_its_image_is_not_believed_by_who_fetches_it()
    {
        var file = new LayerEntry { Kind = EntryKind.File, Path = "a"u8.ToArray(), Mode = 0x1a4, User = 0, Group = 0, Modified = default, Size = 4 };
        Digest digest;
        using (var write = Place.Start())
        {
            PackedLayer packed;
            using (var builder = new LayerBuilder(write.Target))
            {
                builder.AddFile(file, "true"u8);
                packed = builder.Finish();
            }

            digest = packed.Digest;
            using var other = new LayerBuilder(new(Scratch.Combine("other.erofs"), Scratch.Combine("other.index")));
            other.AddFile(file, "lied"u8);
            other.Finish();
            File.Move(Scratch.Combine("other.index"), write.Target.IndexPath!, overwrite: true);
            using var lease = (await write.CommitAsync(packed, CancellationToken.None)).Lease!;
            await _bench.UploadAsync(lease);
        }

        using var fetched = (await _bench.On(Scratch.Combine("host")).Of(Org).OpenAsync(digest, CancellationToken.None)).Lease.ShouldNotBeNull();
        LayerIndex.Open(fetched.IndexPath!).Entries().Single(static e => e.Entry.Kind is EntryKind.File).Content.ShouldBe(Digest.Of("true"u8));
    }

    [Fact]
    public async Task Many_who_open_a_layer_at_once_fetch_it_once()
    {
        await UploadAsync();
        var counting = new CountingArchive(_bench.Archives.Of(Org.Name));
        var other = _bench.On(Scratch.Combine("other"), archives: _ => counting).Of(Org);
        var openings = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => other.OpenAsync(ContentDigest, CancellationToken.None).AsTask()));
        openings.ShouldAllBe(opening => opening.Lease != null);
        counting.Fetches.ShouldBe(1);
        openings.ToList().ForEach(opening => opening.Lease!.Dispose());
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_is_a_miss_that_says_so()
    {
        await UploadAsync();
        var broken = new CountingArchive(_bench.Archives.Of(Org.Name)) { Failure = new BlobStoreException(BlobFault.Unavailable, "connection refused") };
        var opening = await _bench.On(Scratch.Combine("other"), archives: _ => broken).Of(Org).OpenAsync(ContentDigest, CancellationToken.None);
        opening.Miss.ShouldBe(LayerMiss.Unreachable);
        opening.Reason.ShouldBe("connection refused");
        Directory.GetFileSystemEntries(Scratch.Combine("other/layers", Org.Name)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_disk_that_is_too_full_for_what_is_fetched_is_a_miss_that_says_so()
    {
        await UploadAsync();
        var small = Scratch.Combine("small");
        Shell.Run(Scratch.Path, "mkdir small; mount -t tmpfs -o size=32k tmpfs small");
        try
        {
            var opening = await _bench.On(small).Of(Org).OpenAsync(ContentDigest, CancellationToken.None);
            opening.Miss.ShouldBe(LayerMiss.Unreachable);
            opening.Reason!.ShouldContain("No space left");
            Directory.GetFileSystemEntries(Path.Combine(small, "layers", Org.Name)).ShouldBeEmpty();
        }
        finally
        {
            Shell.Run(Scratch.Path, "umount small");
        }
    }

    [Fact]
    public async Task What_neither_host_nor_store_has_is_gone_and_a_host_without_a_store_says_that_it_has_none()
    {
        (await OpenAsync()).ShouldBe(new LayerOpening(null, LayerMiss.Absent));
        var alone = await Store.Of(Org).OpenAsync(ContentDigest, CancellationToken.None);
        alone.Miss.ShouldBe(LayerMiss.Absent);
        alone.Reason!.ShouldContain("--storage");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_asked_again_for_what_is_needed_and_not_by_each_that_only_saves_time()
    {
        using var commit = await StoreChild.AddAsync(Place, Content);
        var broken = new CountingArchive(_bench.Archives.Of(Org.Name)) { Failure = new BlobStoreException(BlobFault.Unavailable, "connection refused") };
        var uploads = _bench.On(Scratch.Path, archives: _ => broken).UploadsOf(Org);
        var needed = new StoreContext(default, "owner", new HashSet<Digest>());
        for (var i = 0; i < 3; i++)
        {
            (await Should.ThrowAsync<BlobStoreException>(async () => await uploads.EnsureAsync([commit.Lease!], needed with { IsHint = true }, default))).Message.ShouldBe("connection refused");
        }

        broken.Stores.ShouldBe(1);
        await Should.ThrowAsync<BlobStoreException>(async () => await uploads.EnsureAsync([commit.Lease!], needed, default));
        broken.Stores.ShouldBe(2);
        (await uploads.EnsureAsync([], needed with { IsHint = true }, default)).ShouldBe(UploadedLayers.Nothing); // has nothing to ask for
    }

    [Fact]
    public async Task Pitfall_4_a_store_that_stands_still_is_a_miss_that_says_so()
    {
        await UploadAsync();
        var silent = new CountingArchive(_bench.Archives.Of(Org.Name)) { IsSilent = true };
        var fetch = new LayerFetch(Store.PlaceOf(Org), silent, (_, _) => default, new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)), TimeProvider.System);
        foreach (var (isNeeded, waited) in ((bool, string)[])[(false, "nothing for 0 s"), (true, "nothing for 1 s")])
        {
            var opening = await fetch.RunAsync(ContentDigest, isNeeded, CancellationToken.None);
            opening.Miss.ShouldBe(LayerMiss.Unreachable);
            opening.Reason!.ShouldContain(waited);
        }
    }

    /// <summary>A job of many caches and steps would wait for each.</summary>
    [Fact]
    public async Task A_store_that_did_not_answer_is_not_asked_again_soon_but_for_what_is_needed()
    {
        await UploadAsync();
        var archive = new CountingArchive(_bench.Archives.Of(Org.Name)) { Failure = new BlobStoreException(BlobFault.Stalled, "nothing came") };
        var place = _bench.On(Scratch.Combine("one"), archives: _ => archive).Of(Org);
        for (var i = 0; i < 3; i++)
        {
            var opening = await place.OpenAsync(ContentDigest, CancellationToken.None);
            (opening.Miss, opening.Reason).ShouldBe((LayerMiss.Unreachable, "nothing came"));
        }

        (await place.OpenNeededAsync(ContentDigest, CancellationToken.None)).Miss.ShouldBe(LayerMiss.Unreachable);
        archive.Needed.ShouldBe([false, true]);
    }

    [Fact]
    public async Task What_is_needed_is_asked_for_with_patience()
    {
        await UploadAsync();
        var archive = new CountingArchive(_bench.Archives.Of(Org.Name));
        (await _bench.On(Scratch.Combine("one"), archives: _ => archive).Of(Org).OpenAsync(ContentDigest, CancellationToken.None)).Lease.ShouldNotBeNull().Dispose();
        (await _bench.On(Scratch.Combine("two"), archives: _ => archive).Of(Org).OpenNeededAsync(ContentDigest, CancellationToken.None)).Lease.ShouldNotBeNull().Dispose();
        archive.Needed.ShouldBe([false, true]);
    }

    [Fact]
    public async Task Pitfall_7_what_is_removed_while_a_restore_reads_it_is_a_miss_and_never_half_a_layer()
    {
        var content = new byte[24 << 20];
        new Random(7).NextBytes(content);
        using (var commit = await StoreChild.AddAsync(Place, content, index: false))
        {
            await _bench.UploadAsync(commit.Lease!);
        }

        var removing = new CountingArchive(_bench.Archives.Of(Org.Name)) { OnBytes = () => Shell.Run(_bench.StoreDirectory, "find . -type f -delete") };
        var opening = await _bench.On(Scratch.Combine("other"), archives: _ => removing).Of(Org).OpenAsync(Digest.Of(content), CancellationToken.None);
        opening.Lease.ShouldBeNull();
        Directory.GetFileSystemEntries(Scratch.Combine("other/layers", Org.Name)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whichever_byte_of_what_is_stored_is_another_it_is_never_used()
    {
        await UploadAsync();
        var path = Directory.GetFiles(_bench.StoreDirectory, "*", SearchOption.AllDirectories).MaxBy(file => new FileInfo(file).Length)!;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var good = await File.ReadAllBytesAsync(path);
        var step = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 7 : Math.Max(good.Length / 60, 1);
        for (var at = 0; at < good.Length; at += step)
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x40;
            await File.WriteAllBytesAsync(path, bad);
            var host = Scratch.Combine($"host-{at}");
            var archive = new CountingArchive(_bench.Archives.Of(Org.Name)) { ForgetsDoubts = true };
            var opening = await _bench.On(host, archives: _ => archive).Of(Org).OpenAsync(ContentDigest, CancellationToken.None);
            if (opening.Lease is { } lease)
            {
                await ShouldBeTheLayerAsync(lease); // what only fills a part up is no byte of it
                lease.Dispose();
            }
        }
    }

    [Fact]
    public async Task What_is_damaged_in_the_store_is_a_miss_and_is_replaced_by_who_stores_it_again()
    {
        await UploadAsync();
        var stored = Directory.GetFiles(_bench.StoreDirectory, "*", SearchOption.AllDirectories).MaxBy(path => new FileInfo(path).Length)!;
        Shell.Run(Path.GetDirectoryName(stored)!, $"chmod u+w '{stored}'; printf XXXX | dd of='{stored}' bs=1 seek=1000 conv=notrunc status=none");
        var other = _bench.On(Scratch.Combine("other")).Of(Org);
        (await other.OpenAsync(ContentDigest, CancellationToken.None)).Miss.ShouldBe(LayerMiss.Damaged);
        using (var here = (await OpenAsync()).Lease!)
        {
            (await _bench.UploadAsync(here)).BytesSent.ShouldBeGreaterThan(0);
        }

        using var lease = (await other.OpenAsync(ContentDigest, CancellationToken.None)).Lease.ShouldNotBeNull();
        await ShouldBeTheLayerAsync(lease);
    }

    [Fact]
    public async Task Copies_go_for_what_is_fetched_the_longest_unused_first_and_nothing_that_is_here_alone_or_in_use()
    {
        var small = _bench.On(Scratch.Path, capBytes: 250_000);
        var place = small.Of(Org);
        for (var i = 1; i <= 5; i++)
        {
            using var commit = await StoreChild.AddAsync(place, StoreChild.Content(i), index: false);
            if (i != 2)
            {
                await _bench.UploadAsync(commit.Lease!);
            }

            File.SetLastWriteTimeUtc(Path.Combine(OrgDirectory, DigestOf(i).Hex, "stamp"), DateTime.UtcNow.AddHours(i - 10));
        }

        await place.RemoveAsync(DigestOf(5), CancellationToken.None);
        using var used = (await Store.Of(Org).OpenAsync(DigestOf(1), CancellationToken.None)).Lease!;
        (await place.OpenAsync(DigestOf(5), CancellationToken.None)).Lease.ShouldNotBeNull().Dispose();
        Enumerable.Range(1, 5).Where(i => place.Find(DigestOf(i)) is not null).ShouldBe([1, 2, 4, 5]);
    }

    private static Digest DigestOf(int number) => Digest.Of(StoreChild.Content(number));

    private async Task UploadAsync()
    {
        using var commit = await StoreChild.AddAsync(Place, Content);
        (await _bench.UploadAsync(commit.Lease!)).BytesSent.ShouldBeGreaterThan(0);
    }

    private static async Task ShouldBeTheLayerAsync(LayerLease lease)
    {
        (await File.ReadAllBytesAsync(lease.ImagePath)).AsSpan().SequenceEqual(Content).ShouldBeTrue();
        LayerIndex.Open(lease.IndexPath!).TreeDigest.ShouldBe(ContentDigest);
    }

    private sealed class CountingArchive(IBlobArchive archive) : IBlobArchive
    {
        private int _fetches;

        public int Fetches => _fetches;

        public Exception? Failure { get; init; }

        public bool IsSilent { get; init; }

        /// <summary>When the first bytes have come.</summary>
        public Action? OnBytes { get; init; }

        public bool ForgetsDoubts { get; init; }

        public string Description => archive.Description;

        public Task WarmUpAsync(CancellationToken cancellationToken) => archive.WarmUpAsync(cancellationToken);

        public ValueTask<BlobPresence?> FindAsync(Digest digest, CancellationToken cancellationToken) => archive.FindAsync(digest, cancellationToken);

        public int Stores { get; private set; }

        /// <summary>Of each fetch.</summary>
        public List<bool> Needed { get; } = [];

        public ValueTask<StoreOutcome> StoreAsync(BlobSource source, StoreContext context, CancellationToken cancellationToken)
        {
            Stores++;
            return Failure is not null ? throw Failure : archive.StoreAsync(source, context, cancellationToken);
        }

        public ValueTask<string?> CheckAsync(Digest digest, CancellationToken cancellationToken) => archive.CheckAsync(digest, cancellationToken);

        public async Task<bool> FetchAsync(
            Digest digest, Func<long, ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink, IProgress<long>? progress, bool isNeeded, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _fetches);
            Needed.Add(isNeeded);
            if (IsSilent)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            var seen = 0;
            return Failure is not null ? throw Failure : await archive.FetchAsync(
                digest,
                (offset, bytes, stop) =>
                {
                    if (Interlocked.Exchange(ref seen, 1) == 0)
                    {
                        OnBytes?.Invoke();
                    }

                    return sink(offset, bytes, stop);
                },
                progress,
                isNeeded,
                cancellationToken);
        }

        public ValueTask DoubtAsync(Digest digest, string reason, CancellationToken cancellationToken) =>
            ForgetsDoubts ? default : archive.DoubtAsync(digest, reason, cancellationToken);
    }
}
