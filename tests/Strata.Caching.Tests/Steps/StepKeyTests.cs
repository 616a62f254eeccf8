using Strata.Caching.Steps;
using Strata.Core;

namespace Strata.Caching.Tests.Steps;

public sealed class StepKeyTests
{
    private static readonly StepKey Key = new()
    {
        Image = Digest.Of("image"u8),
        Command = "make",
        Shell = ["sh", "-e", "{0}"],
        Directory = "/workspace",
        UserId = 0,
        GroupId = 0,
        Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" },
        Inputs = Digest.Of("inputs"u8),
        Caches = new Dictionary<string, IReadOnlyDictionary<string, Digest>> { ["store"] = new Dictionary<string, Digest> { ["/root/store"] = Digest.Of("store"u8) } },
        Outputs = ["dist", "build/*.o"],
        Platform = "linux/amd64",
        Sandbox = "1",
    };

    [Fact]
    public void A_key_never_changes_by_itself()
    {
        var (key, manifest) = Key.Compute();

        key.ShouldBe(Digest.Of(System.Text.Encoding.UTF8.GetBytes(manifest)).ToString());
        manifest.ShouldBe(
            $$$"""{"caches":{"store":{"/root/store":"{{{Digest.Of("store"u8)}}}"}},"command":"make","directory":"/workspace","env":{"A":"1","B":"2"},"format":"strata.step/1","image":"{{{Digest.Of("image"u8)}}}","inputs":"{{{Digest.Of("inputs"u8)}}}","outputs":["dist","build/*.o"],"platform":"linux/amd64","sandbox":"1","shell":["sh","-e","{0}"],"user":"0:0"}""");
    }

    [Fact]
    public void The_order_of_variables_does_not_count() =>
        (Key with { Env = new Dictionary<string, string> { ["B"] = "2", ["A"] = "1" } }).Compute().ShouldBe(Key.Compute());

    [Fact]
    public void Each_part_counts()
    {
        var other = Digest.Of("other"u8);
        StepKey[] changed =
        [
            Key with { Image = other },
            Key with { Command = "make " },
            Key with { Shell = ["bash", "-e", "{0}"] },
            Key with { Directory = "/workspace/sub" },
            Key with { UserId = 1 },
            Key with { GroupId = 1 },
            Key with { Env = new Dictionary<string, string> { ["A"] = "1" } },
            Key with { Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "" } },
            Key with { Env = new Dictionary<string, string> { ["A"] = "12", ["B"] = "" } },
            Key with { Inputs = other },
            Key with { Caches = new Dictionary<string, IReadOnlyDictionary<string, Digest>>() },
            Key with { Caches = new Dictionary<string, IReadOnlyDictionary<string, Digest>> { ["store"] = new Dictionary<string, Digest>() } },
            Key with { Caches = new Dictionary<string, IReadOnlyDictionary<string, Digest>> { ["store"] = new Dictionary<string, Digest> { ["/root/store"] = other } } },
            Key with { Outputs = ["build/*.o", "dist"] },
            Key with { Outputs = ["dist,build/*.o"] },
            Key with { Platform = "linux/arm64" },
            Key with { Sandbox = "2" },
        ];

        changed.Select(static key => key.Compute().Key).Append(Key.Compute().Key).Distinct().Count().ShouldBe(changed.Length + 1);
    }

    [Fact]
    public void What_looks_alike_is_not_the_same()
    {
        string[] texts = ["", " ", "a", "A", "a ", " a", "a\n", "a\r\n", "a\0", "a\0b", "a,b", "a\",\"b", "\\", "\\\\", "%", "%41", "_", "*", "a/b", "a//b", "\u00e9", "e\u0301", "\ud83d\ude00", "{0}", "[\"a\"]", "null", "true", "1", "01"];
        var keys = new List<StepKey>();
        foreach (var text in texts)
        {
            keys.Add(Key with { Command = text });
            keys.Add(Key with { Directory = $"/{text}" });
            keys.Add(Key with { Shell = [text] });
            keys.Add(Key with { Shell = [text, text] });
            keys.Add(Key with { Outputs = [text] });
            keys.Add(Key with { Outputs = [text, ""] });
            keys.Add(Key with { Env = new Dictionary<string, string> { ["A"] = text } });
            keys.Add(Key with { Env = new Dictionary<string, string> { [$"B{text}"] = "", ["C"] = "" } });
            keys.Add(Key with { Caches = Caches(text, "/p") });
            keys.Add(Key with { Caches = Caches("c", $"/q{text}") });
        }

        keys.Select(static key => key.Compute().Key).ShouldBeUnique();

        static Dictionary<string, IReadOnlyDictionary<string, Digest>> Caches(string name, string path) => new() { [name] = new Dictionary<string, Digest> { [path] = Digest.Of("x"u8) } };
    }

    [Fact]
    public void A_key_is_one_that_entries_take() => Strata.Caching.Keys.CacheKey.Check(Key.Compute().Key).ShouldBeNull();
}
