using Strata.Caching.Entries;
using Strata.Core.Identity;

namespace Strata.Caching.Tests.Entries;

public sealed class PrefixTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CacheBench _bench;

    public PrefixTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Theory] // characters of patterns and of paths are just characters
    [InlineData("a%", "a%1", "ab1")]
    [InlineData("a_", "a_1", "ab1")]
    [InlineData("a*", "a*1", "ab1")]
    [InlineData("a?", "a?1", "ab1")]
    [InlineData("[a]", "[a]1", "a1")]
    [InlineData("../", "../1", "1")]
    [InlineData("a/./", "a/./b", "a/b")]
    [InlineData("a/", "a/b", "a")]
    [InlineData("a\\", "a\\1", "a1")]
    [InlineData("a'", "a'1", "a1")]
    [InlineData("Key-", "Key-1", "key-1")]
    [InlineData("é", "é1", "e\u03011")] // composed, decomposed: two texts
    [InlineData("ß", "ß1", "ss1")]
    [InlineData("ı", "ı1", "i1")]
    [InlineData("k\u00a0", "k\u00a01", "k 1")]
    [InlineData("😀", "😀1", "😁1")]
    [InlineData("\ud7ff", "\ud7ff1", "\ue0001")]
    [InlineData("\uffff", "\uffff1", "\U000100001")]
    [InlineData("x\U0010ffff", "x\U0010ffff1", "y1")]
    [InlineData("\U0010ffff", "\U0010ffff1", "z")]
    public async Task Pitfall_13_prefixes_are_literal(string prefix, string matching, string other)
    {
        foreach (var many in (bool[])[false, true])
        {
            await SaveAsync(CacheBench.Feature, matching);
            await SaveAsync(CacheBench.Feature, other);
            for (var i = 0; i < (many ? 130 : 0); i++) // then the keys themselves are searched
            {
                await SaveAsync(CacheBench.Feature, $"0-noise-{i}");
            }

            (await FindAsync(prefix)).ShouldBe(matching);
            (await FindAsync(matching[..^1] + "none")).ShouldBeNull();
        }

        async Task<string?> FindAsync(string restoreKey) => (await _bench.FindAsync(CacheBench.Query(CacheBench.Feature, "none", restoreKey) with { Manifest = "{}" })).MatchedKey;
    }

    [Fact]
    public async Task Keys_match_byte_by_byte()
    {
        await SaveAsync(CacheBench.Main, "Key");
        foreach (var other in (string[])["key", "KEY", "Key ", " Key", "Ke", "Key1", "Kéy"])
        {
            (await _bench.FindAsync(CacheBench.Query(CacheBench.Main, other) with { Manifest = "{}" })).Outcome.ShouldBe(LookupOutcome.Miss, other);
        }
    }

    private async Task SaveAsync(RunIdentity writer, string key)
    {
        await _bench.CommitAsync(_bench.Commit(writer, key) with { Manifest = "{}" });
        _clock.Set(TimeSpan.FromSeconds(1));
    }
}
