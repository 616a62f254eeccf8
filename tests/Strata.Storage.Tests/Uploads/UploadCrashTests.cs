using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Storage.Blobs;
using Strata.Storage.Garbage;
using Strata.Storage.Uploads;

namespace Strata.Storage.Tests.Uploads;

/// <summary>Attempts at one artifact, each of which may die before or after any call of the store; against a set of digests that must be there.</summary>
public sealed class UploadCrashTests
{
    private const int Variants = 5;

    private static bool IsSoak => Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private enum Fault
    {
        None,
        DieBefore,
        DieAfter,
        FailBefore,
        LoseAnswer,
    }

    /// <param name="Variant">Which bytes the run makes: repeated jobs make nearly the same.</param>
    private sealed record Attempt(int Variant, Fault Fault, int AtCall);

    [Fact]
    public void Whatever_dies_whenever_a_blob_is_whole_or_absent_and_the_next_attempt_stores_it()
    {
        var attempt =
            from variant in Gen.Choose(0, Variants - 1)
            from fault in Gen.Elements(Enum.GetValues<Fault>())
            from at in Gen.Choose(1, 16)
            select new Attempt(variant, fault, at);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(IsSoak ? 1000 : 40).WithEndSize(6),
            Prop.ForAll(attempt.ListOf().ToArbitrary(), attempts => RunAsync([.. attempts]).GetAwaiter().GetResult()));
    }

    private static async Task<bool> RunAsync(IReadOnlyList<Attempt> attempts)
    {
        var memory = new MemoryObjects(UploadBench.PartMin, TimeProvider.System);
        using var directory = new TemporaryDirectory();
        var present = new HashSet<int>();
        foreach (var attempt in attempts.Append(new(0, Fault.None, 0)))
        {
            var died = false;
            var store = new ScriptedStore(
                memory,
                (number, name) =>
                {
                    died |= attempt.Fault is Fault.DieBefore && number >= attempt.AtCall;
                    return died ? throw new DeathException() : attempt.Fault is Fault.FailBefore && number == attempt.AtCall ? throw Failure() : Task.CompletedTask;
                },
                (number, name) =>
                {
                    died |= attempt.Fault is Fault.DieAfter && number >= attempt.AtCall;
                    return died ? throw new DeathException() : attempt.Fault is Fault.LoseAnswer && number == attempt.AtCall ? throw Failure() : Task.CompletedTask;
                });
            await using var bench = new UploadBench(store, UploadBench.Small, directory.Path);
            var content = Variant(attempt.Variant);
            var lease = await bench.AttemptAsync($"attempt/run/job/{Guid.NewGuid():n}");
            try
            {
                var outcome = await bench.StoreAsync(content, lease.Token, stable: 50_000);
                (outcome is StoreOutcome.AlreadyThere).ShouldBe(!present.Add(attempt.Variant)); // its owner stored it before
                outcome.ShouldNotBeOfType<StoreOutcome.LeaseLost>();
            }
            catch (DeathException)
            {
            }

            await using var reader = new UploadBench(memory, UploadBench.Small, directory.Path);
            for (var variant = 0; variant < Variants; variant++)
            {
                var fetched = await reader.FetchAsync(Digest.Of(Variant(variant)));
                (fetched is not null).ShouldBe(present.Contains(variant));
                (fetched?.AsSpan().SequenceEqual(Variant(variant)) ?? true).ShouldBeTrue();
            }
        }

        await ShouldBeTidyAsync(memory, directory.Path, present.Count);
        return true;
    }

    private static async Task ShouldBeTidyAsync(MemoryObjects memory, string directory, int blobs)
    {
        await using var bench = new UploadBench(memory, UploadBench.Small, directory);
        await new UploadReaper(bench.Archives).RunAsync(TimeSpan.FromSeconds(-10), CancellationToken.None);
        (await bench.PendingAsync()).ShouldBeEmpty();
        (await bench.ObjectsAsync()).Count.ShouldBe(blobs);
        (await new StorageVerification(bench.Archives).RunAsync(true, null, CancellationToken.None)).Problems.ShouldBeEmpty();
        var collected = await new BlobCollector(bench.Archives, new TestRoots()).RunAsync(TimeSpan.FromSeconds(-10), CancellationToken.None);
        collected.Blobs.ShouldBe(blobs);
        (await bench.ObjectsAsync()).ShouldBeEmpty();
    }

    /// <summary>0: as the first run made it; 1: other times at its end; 2: another file in the middle, too; 3: small; 4: another file in the middle alone.</summary>
    private static byte[] Variant(int variant)
    {
        var content = UploadBench.Content(variant == 3 ? 3000 : 70_000, variant == 3 ? 2 : 1);
        if (variant is 1 or 2)
        {
            content[^5]++;
        }

        if (variant is 2 or 4)
        {
            content[20_000]++;
        }

        return content;
    }

    private static BlobStoreException Failure() => new(BlobFault.Unavailable, "reset");

    private sealed class DeathException : Exception;
}
