using System.Runtime.InteropServices;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Storage.Blobs;
using Strata.Storage.Frames;
using Strata.Storage.Keys;
using Strata.Storage.Uploads;

namespace Strata.Storage.Tests.Frames;

public sealed class FrameTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void Whatever_is_sealed_in_parts_comes_out_the_same()
    {
        var parts = Gen.Choose(1, 3 * MiB).ListOf(3).Select(lengths => lengths.ToArray());
        var arbitrary = parts.SelectMany(lengths => Gen.Choose(0, 100).Select(noise => (Lengths: lengths, Noise: noise))).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(15), Prop.ForAll(arbitrary, drawn =>
        {
            var plain = Mixed(drawn.Lengths.Sum(), drawn.Noise);
            var blob = Now(SealedBlob.OfAsync(plain, drawn.Lengths));
            using var reader = Now(blob.OpenAsync());
            return Now(SealedBlob.CopyAsync(reader)).AsSpan().SequenceEqual(plain);
        }));
    }

    [Fact]
    public void Any_range_is_read_as_it_is()
    {
        var plain = Mixed((2 * MiB) + 777_777, 50);
        var blob = Now(SealedBlob.OfAsync(plain, [MiB + 5, MiB + 777_772], storedLengthMin: 2 * MiB));
        using var reader = Now(blob.OpenAsync());
        var arbitrary = Gen.Choose(0, plain.Length + 10).Two().ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(arbitrary, drawn =>
        {
            var buffer = new byte[drawn.Item2];
            var read = Now(reader.ReadAsync(drawn.Item1, buffer, default));
            return buffer.AsSpan(0, read).SequenceEqual(plain.AsSpan(Math.Min(drawn.Item1, plain.Length), Math.Clamp(plain.Length - drawn.Item1, 0, buffer.Length)));
        }));
    }

    [Fact]
    public async Task An_empty_blob_is_an_index_alone()
    {
        var blob = await SealedBlob.OfAsync([], []);
        using var reader = await blob.OpenAsync();

        reader.Length.ShouldBe(0);
        (await reader.ReadAsync(0, new byte[5], default)).ShouldBe(0);
        (await SealedBlob.CopyAsync(reader)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_of_the_plain_bytes_is_in_what_is_stored()
    {
        var marker = "PLAINTEXT-MARKER-7f3a"u8.ToArray();
        var plain = new byte[2 * MiB];
        new Random(1).NextBytes(plain);
        for (var i = 0; i + marker.Length < plain.Length; i += 4_096)
        {
            marker.CopyTo(plain, i);
        }

        var blob = await SealedBlob.OfAsync(plain, [MiB, MiB]);

        blob.Stored.AsSpan().IndexOf(marker).ShouldBe(-1);
        blob.Stored.AsSpan().IndexOf(plain.AsSpan(4_096 + marker.Length, 16)).ShouldBe(-1);
        blob.Stored.AsSpan().IndexOf(Convert.FromHexString(Digest.Of(plain).Hex)).ShouldBe(-1); // digests would tell what is stored
        blob.Stored.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Digest.Of(plain).Hex)).ShouldBe(-1);
    }

    [Fact]
    public async Task No_nonce_is_used_twice_for_the_same_content_either()
    {
        var plain = new byte[8 * MiB];
        HashSet<string> nonces = [];
        var key = OrgKey.NewBlobKey();
        var count = 0;
        for (var round = 0; round < 8; round++)
        {
            var blob = await SealedBlob.OfAsync(plain, [5 * MiB, 3 * MiB], key: key);
            var offset = 0;
            foreach (var frame in blob.Index.Parts.SelectMany(part => part.Frames.Frames))
            {
                nonces.Add(Convert.ToHexString(blob.Stored.AsSpan(offset, 12)));
                offset += frame.StoredLength;
                count++;
            }
        }

        nonces.Count.ShouldBe(count);
        count.ShouldBe(64);
    }

    [Fact]
    public async Task What_shrinks_is_compressed_and_what_does_not_is_stored_as_it_is()
    {
        var text = await SealedBlob.OfAsync(Mixed(MiB, 0), [MiB]);
        var noise = await SealedBlob.OfAsync(Mixed(MiB, 100), [MiB]);

        text.Index.Parts[0].Frames.Frames[0].IsCompressed.ShouldBeTrue();
        text.Stored.Length.ShouldBeLessThan(MiB / 10);
        noise.Index.Parts[0].Frames.Frames[0].IsCompressed.ShouldBeFalse();
        noise.Index.StoredLength.ShouldBe(MiB + 28);
    }

    [Fact]
    public async Task A_part_is_filled_up_with_zeros_to_the_least_a_store_takes()
    {
        using var sealer = new PartSealer();
        using var noise = await sealer.SealAsync(OrgKey.NewBlobKey(), 1, SealedBlob.Reading(Mixed(MiB, 100)), 0, MiB, 0, default);
        noise.Dispose(); // its memory is used again: what was in it may not be sent
        var text = await sealer.SealAsync(OrgKey.NewBlobKey(), 1, SealedBlob.Reading(Mixed(MiB, 0)), 0, MiB, 0, default);
        var length = text.StoredLength;
        using var part = PreparedPart.Of([text], 900_000, sealer.Buffers, null);

        part.Stored.Length.ShouldBe(900_000);
        part.Stored.Span[length..].ContainsAnyExcept((byte)0).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_what_can_be_sent_by_itself_is_hashed_for_that()
    {
        using var sealer = new PartSealer();
        using var own = await sealer.SealAsync(OrgKey.NewBlobKey(), 1, SealedBlob.Reading(Mixed(MiB, 100)), 0, MiB, MiB + 28, default);
        using var shared = await sealer.SealAsync(OrgKey.NewBlobKey(), 1, SealedBlob.Reading(Mixed(MiB, 100)), 0, MiB, MiB + 29, default);

        own.Md5.ShouldBe(PartHash.Md5(own.Stored.Span));
        shared.Md5.ShouldBeNull();
    }

    [Fact]
    public async Task The_digest_of_a_part_is_that_of_its_plain_bytes_whoever_sealed_it()
    {
        using var sealer = new PartSealer();
        var plain = Mixed(3 * MiB, 50);
        using var one = await sealer.SealAsync(OrgKey.NewBlobKey(), 1, SealedBlob.Reading(plain), MiB, (2 * MiB) - 5, 0, default);
        using var two = await sealer.SealAsync(OrgKey.NewBlobKey(), 2, SealedBlob.Reading(plain), MiB, (2 * MiB) - 5, 0, default);

        two.Digest.ShouldBe(one.Digest);
        (await sealer.DigestAsync(SealedBlob.Reading(plain), MiB, (2 * MiB) - 5, default)).ShouldBe(one.Digest);
        (await sealer.DigestAsync(SealedBlob.Reading(plain), MiB, (2 * MiB) - 4, default)).ShouldNotBe(one.Digest);
        one.Stored.Span.SequenceEqual(two.Stored.Span).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.4)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    public async Task One_changed_bit_anywhere_is_damage_and_no_byte_of_its_frame_is_used(double where)
    {
        var blob = await SealedBlob.OfAsync(Mixed(3 * MiB, 100), [2 * MiB, MiB]);
        var store = new MemoryStore((byte[])blob.Stored.Clone());
        store.Content[(int)(where * (store.Content.Length - 1))] ^= 0x10;

        var fault = await Should.ThrowAsync<BlobStoreException>(async () =>
        {
            using var reader = await blob.OpenAsync(store);
            await reader.CopyToAsync(
                (offset, content, _) =>
                {
                    content.Span.SequenceEqual(blob.Plain.AsSpan((int)offset, content.Length)).ShouldBeTrue();
                    return ValueTask.CompletedTask;
                },
                2, null, default);
        });

        fault.Fault.ShouldBe(BlobFault.Damaged);
        fault.Message.ShouldContain("org/blob");
    }

    [Fact]
    public async Task Damage_on_the_way_only_is_read_again()
    {
        var blob = await SealedBlob.OfAsync(Mixed(3 * MiB, 100), [3 * MiB]);
        var store = new MemoryStore(blob.Stored) { AfterRead = (number, _, bytes) => bytes.Span[bytes.Length / 2] ^= (byte)(number is 1 or 3 ? 1 : 0) };

        using var reader = await blob.OpenAsync(store);

        (await SealedBlob.CopyAsync(reader)).AsSpan().SequenceEqual(blob.Plain).ShouldBeTrue();
        store.Reads.ShouldBe(4); // index twice, the stretch, one frame again
    }

    [Fact]
    public async Task Transient_faults_are_tried_again_and_others_are_not()
    {
        var blob = await SealedBlob.OfAsync(Mixed(MiB, 100), [MiB]);
        var shaky = new MemoryStore(blob.Stored) { BeforeRead = number => Throw(number % 3 != 0, BlobFault.Unavailable) };
        using var reader = await blob.OpenAsync(shaky);
        (await SealedBlob.CopyAsync(reader)).AsSpan().SequenceEqual(blob.Plain).ShouldBeTrue();

        var denied = new MemoryStore(blob.Stored) { BeforeRead = _ => Throw(true, BlobFault.Denied) };
        (await Should.ThrowAsync<BlobStoreException>(() => blob.OpenAsync(denied))).Fault.ShouldBe(BlobFault.Denied);
        denied.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task A_frame_at_another_place_is_damage()
    {
        // Two frames of the same length and content: only the place differs.
        var blob = await SealedBlob.OfAsync([.. Mixed(MiB, 100), .. Mixed(MiB, 100)], [2 * MiB]);
        var swapped = (byte[])blob.Stored.Clone();
        var size = MiB + 28;
        blob.Stored.AsSpan(0, size).CopyTo(swapped.AsSpan(size));
        blob.Stored.AsSpan(size, size).CopyTo(swapped);

        using var reader = await blob.OpenAsync(new MemoryStore(swapped));

        (await Should.ThrowAsync<BlobStoreException>(() => SealedBlob.CopyAsync(reader))).Fault.ShouldBe(BlobFault.Damaged);
    }

    [Fact]
    public async Task A_frame_of_an_earlier_try_of_the_part_is_damage()
    {
        // Sealed by the same key for the same place, with the same lengths: only the digest tells.
        var key = OrgKey.NewBlobKey();
        var earlier = await SealedBlob.OfAsync(Mixed(MiB, 100), [MiB], key: key);
        var other = Mixed(MiB, 100);
        other[5] ^= 1;
        var blob = await SealedBlob.OfAsync(other, [MiB], key: key);
        var mixed = (byte[])blob.Stored.Clone();
        earlier.Stored.AsSpan(0, MiB + 28).CopyTo(mixed);

        using var reader = await blob.OpenAsync(new MemoryStore(mixed));

        (await Should.ThrowAsync<BlobStoreException>(() => SealedBlob.CopyAsync(reader))).Fault.ShouldBe(BlobFault.Damaged);
    }

    [Fact]
    public void A_seal_holds_at_its_place_only()
    {
        using var key = OrgKey.NewBlobKey();
        using var seal = new FrameSeal(key);
        var place = new FrameBinding(Part: 3, Position: 2, PlainLength: 100, IsCompressed: true);
        var stored = new byte[40 + FrameSeal.Overhead];
        seal.Seal(place, new byte[40], stored);

        bool Opens(FrameBinding binding) => seal.TryOpen(binding, stored, new byte[40]);
        Opens(place).ShouldBeTrue();
        Opens(place with { Part = 4 }).ShouldBeFalse();
        Opens(place with { Part = 0 }).ShouldBeFalse();
        Opens(place with { Position = 3 }).ShouldBeFalse();
        Opens(place with { PlainLength = 101 }).ShouldBeFalse();
        Opens(place with { IsCompressed = false }).ShouldBeFalse();
        using var sameSecret = new BlobKey(OrgKey.NewBlobKey().Id, key.Secret);
        using var ofOther = new FrameSeal(sameSecret);
        ofOther.TryOpen(place, stored, new byte[40]).ShouldBeFalse();
    }

    [Fact]
    public async Task An_object_that_is_cut_off_is_damage()
    {
        var blob = await SealedBlob.OfAsync(Mixed(MiB, 100), [MiB]);
        var cut = new MemoryStore(blob.Stored[..^1]);
        (await Should.ThrowAsync<BlobStoreException>(() => blob.OpenAsync(cut))).Fault.ShouldBe(BlobFault.Damaged);

        var store = new MemoryStore(blob.Stored);
        using var reader = await blob.OpenAsync(store);
        store.Content = blob.Stored[..500];
        (await Should.ThrowAsync<BlobStoreException>(() => SealedBlob.CopyAsync(reader))).Fault.ShouldBe(BlobFault.Damaged);
    }

    [Fact]
    public async Task Another_key_opens_nothing()
    {
        var blob = await SealedBlob.OfAsync(Mixed(MiB, 100), [MiB]);

        (await Should.ThrowAsync<BlobStoreException>(() => blob.OpenAsync(key: OrgKey.NewBlobKey()))).Fault.ShouldBe(BlobFault.Damaged);
    }

    [Fact]
    public async Task An_index_that_is_not_where_it_is_said_to_be_is_damage()
    {
        var blob = await SealedBlob.OfAsync(Mixed(MiB, 100), [MiB]);
        foreach (var place in (IndexPlace[])[new(-1, 100), new(0, 28), new(0, int.MaxValue), blob.Place with { Offset = 0 }, new(1L << 60, 200), blob.Place with { StoredLength = 50 }])
        {
            var moved = blob with { Place = place };
            (await Should.ThrowAsync<BlobStoreException>(() => moved.OpenAsync())).Fault.ShouldBe(BlobFault.Damaged);
        }
    }

    [Fact]
    public void A_hostile_index_is_a_format_error_and_nothing_else()
    {
        var frames = new FrameList([new(MiB, MiB + 28, false, Digest.Of([1])), new(5, 33, false, Digest.Of([2]))]);
        var good = new BlobIndex(Digest.Of([3]), [new(frames, frames.StoredLength), new(frames, 5 * MiB)]).Encode();
        BlobIndex.Decode(good).Encode().ShouldBe(good);
        var arbitrary = Gen.Choose(0, good.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value))).ListOf(3).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(arbitrary, changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = (byte)value;
            }

            try
            {
                _ = new FramePlaces(BlobIndex.Decode(bytes));
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
            }
        }));
        for (var length = 0; length < good.Length; length++)
        {
            Should.Throw<FormatException>(() => BlobIndex.Decode(good.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!")]
    [InlineData("AAAA")]
    public void A_list_of_frames_from_a_record_is_checked(string text)
    {
        if (text.Length == 0)
        {
            FrameList.Decode(text).Frames.ShouldBeEmpty();
            return;
        }

        Should.Throw<FormatException>(() => FrameList.Decode(text));
        Should.Throw<FormatException>(() => FrameList.Decode(Convert.ToBase64String(new byte[40])));
    }

    [Fact]
    public async Task The_memory_for_parts_goes_round()
    {
        using var sealer = new PartSealer();
        var plain = Mixed(4 * MiB, 100);
        HashSet<byte[]> buffers = new(ReferenceEqualityComparer.Instance);
        for (var round = 0; round < 5; round++)
        {
            using var part = await sealer.SealAsync(OrgKey.NewBlobKey(), 1, SealedBlob.Reading(plain), 0, plain.Length, 0, default);
            MemoryMarshal.TryGetArray(part.Stored, out var segment).ShouldBeTrue();
            buffers.Add(segment.Array!);
            segment.Array!.Length.ShouldBeLessThanOrEqualTo(5 * MiB);
        }

        buffers.Count.ShouldBe(1);
    }

    private static T Now<T>(Task<T> task) => task.GetAwaiter().GetResult(); // properties are not asynchronous

    private static void Throw(bool now, BlobFault fault)
    {
        if (now)
        {
            throw new BlobStoreException(fault, "made up");
        }
    }

    /// <param name="noise">Percent that does not compress.</param>
    private static byte[] Mixed(int length, int noise)
    {
        var bytes = new byte[length];
        var random = new Random(length + noise);
        for (var i = 0; i < length; i += 1_000)
        {
            var stretch = bytes.AsSpan(i, Math.Min(1_000, length - i));
            if (random.Next(100) < noise)
            {
                random.NextBytes(stretch);
            }
            else
            {
                stretch.Fill((byte)i);
            }
        }

        return bytes;
    }
}
