using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Core.Json;
using Strata.Images.Keys;

namespace Strata.Images.Tests.Keys;

public sealed class LayerKeyTests
{
    private static readonly KeyInputs Plain = new() { Below = Digest.Of("below"u8), Instruction = "run", Platform = "linux/amd64", Command = "make" };

    /// <summary>Everything a key has, each as one way to change it to a text.</summary>
    private static readonly (string Name, Func<KeyInputs, string, KeyInputs> Set)[] Inputs =
    [
        ("below", static (k, v) => k with { Below = Digest.Of(Encoding.UTF8.GetBytes(v)) }),
        ("instruction", static (k, v) => k with { Instruction = v }),
        ("platform", static (k, v) => k with { Platform = v }),
        ("command", static (k, v) => k with { Command = v }),
        ("shell", static (k, v) => k with { Shell = v }),
        ("env value", static (k, v) => k with { Env = With(k.Env, "NAME", v) }),
        ("env name", static (k, v) => k with { Env = With(k.Env, v, "") }),
        ("args value", static (k, v) => k with { Args = With(k.Args, "NAME", v) }),
        ("args name", static (k, v) => k with { Args = With(k.Args, v, "") }),
        ("files", static (k, v) => k with { Files = Digest.Of(Encoding.UTF8.GetBytes(v)) }),
        ("to", static (k, v) => k with { To = v }),
        ("mode", static (k, v) => k with { Mode = (uint)(v.Length & 0xfff) }),
        ("owner", static (k, v) => k with { Owner = v }),
        ("user", static (k, v) => k with { User = v }),
        ("workdir", static (k, v) => k with { WorkingDirectory = v }),
        ("network", static (k, v) => k with { Network = v.Length % 2 == 0 }),
    ];

    [Fact]
    public void Each_input_is_part_of_the_key_and_two_inputs_are_never_taken_for_each_other()
    {
        var texts = Gen.OneOf(Gen.Elements("", " ", "a", "a b", "NAME", "\0", "\n", "é", "e\u0301", "\"", "\\", "null", "default", "0"), ArbMap.Default.ArbFor<NonNull<string>>().Generator.Select(static s => s.Get));
        var change = Gen.Elements(Inputs).SelectMany(i => texts.Select(t => (i.Name, i.Set, Text: t)));
        var cases = change.ListOf().SelectMany(common => change.SelectMany(x => change.Select(y => (common, x, y)))); // else two would hardly ever be alike
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var plain = c.common.Aggregate(Plain, static (k, change) => change.Set(k, change.Text));
            KeyInputs[] all = [plain, c.x.Set(plain, c.x.Text), c.y.Set(plain, c.y.Text), c.y.Set(c.x.Set(plain, c.x.Text), c.y.Text)];
            foreach (var one in all)
            {
                foreach (var other in all)
                {
                    (LayerKey.Of(one).Key == LayerKey.Of(other).Key).ShouldBe(IsSame(one, other), $"{one} / {other}");
                    (KeyDifference.Between(LayerKey.Of(one).Manifest, LayerKey.Of(other).Manifest).Count == 0).ShouldBe(IsSame(one, other));
                }
            }
        }));
    }

    [Fact]
    public void No_input_is_forgotten_here() =>
        Inputs.Select(static input => input.Set(Plain, "another value")).SelectMany(static changed => typeof(KeyInputs).GetProperties()
            .Where(property => !Equals(property.GetValue(changed), property.GetValue(Plain))).Select(static property => property.Name)).Distinct()
            .ShouldBe(typeof(KeyInputs).GetProperties().Select(static property => property.Name), ignoreOrder: true);

    [Fact]
    public void Every_change_of_a_single_input_changes_the_key_and_is_said_to_be_the_one_that_changed()
    {
        var seen = new HashSet<Digest>();
        foreach (var (name, set) in Inputs)
        {
            var (before, after) = (LayerKey.Of(set(Plain, "one")), LayerKey.Of(set(Plain, "other one")));
            if (name is not "network")
            {
                seen.Add(before.Key).ShouldBeTrue(name);
            }

            if (name is "env name" or "args name")
            {
                KeyDifference.Between(before.Manifest, after.Manifest).Select(static c => c.Input[..3]).ShouldBe([name[..3], name[..3]]);
            }
            else if (before.Key != after.Key)
            {
                KeyDifference.Between(before.Manifest, after.Manifest).Count.ShouldBe(1, name);
            }

            (before.Key == after.Key).ShouldBe(name is "network"); // both lengths are odd: absent is told from present below
            KeyDifference.Between(before.Manifest, before.Manifest).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_order_in_which_variables_are_written_is_no_part_of_it()
    {
        var pairs = ArbMap.Default.ArbFor<Dictionary<NonNull<string>, NonNull<string>>>();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(pairs, names =>
        {
            var forwards = names.ToDictionary(static p => p.Key.Get, static p => p.Value.Get);
            var backwards = forwards.Reverse().ToDictionary();
            LayerKey.Of(Plain with { Env = forwards, Args = backwards }).Key.ShouldBe(LayerKey.Of(Plain with { Env = backwards, Args = forwards }).Key);
        }));
    }

    [Fact]
    public void Pairs_that_look_alike_have_different_keys()
    {
        Dictionary<string, string> Of(params string[] pairs) => pairs.Chunk(2).ToDictionary(static p => p[0], static p => p[1]);
        (KeyInputs, KeyInputs)[] pairs =
        [
            (Plain, Plain with { Below = Digest.Of("another base"u8) }),
            (Plain with { Env = Of("A", "1") }, Plain with { Args = Of("A", "1") }),
            (Plain with { Env = Of("A", "1", "B", "2") }, Plain with { Env = Of("A", "1"), Args = Of("B", "2") }),
            (Plain with { Env = Of("A", "1B2") }, Plain with { Env = Of("A1B", "2") }),
            (Plain with { Env = Of("A", "1\0B=2") }, Plain with { Env = Of("A", "1", "B", "2") }),
            (Plain with { Env = Of("A", "") }, Plain with { Env = Of() }),
            (Plain with { Env = Of() }, Plain),
            (Plain with { Args = Of() }, Plain),
            (Plain with { Shell = "" }, Plain),
            (Plain with { User = "" }, Plain),
            (Plain with { WorkingDirectory = "/a" }, Plain with { To = "/a" }),
            (Plain with { WorkingDirectory = "/a" }, Plain with { WorkingDirectory = "/a/" }),
            (Plain with { User = "a" }, Plain with { Owner = "a" }),
            (Plain with { Owner = "1000" }, Plain with { Owner = "1000:1000" }),
            (Plain with { Mode = 0 }, Plain),
            (Plain with { Mode = 0x1ed }, Plain with { Mode = 0x9ed }),
            (Plain with { Network = false }, Plain with { Network = true }),
            (Plain with { Network = true }, Plain),
            (Plain with { Command = "make " }, Plain),
            (Plain with { Command = "make\n" }, Plain),
            (Plain with { Command = "\u00e9" }, Plain with { Command = "e\u0301" }),
            (Plain with { Command = "a b" }, Plain with { Command = "a\u00a0b" }),
            (Plain with { Command = "null" }, Plain with { Command = null }),
            (Plain with { Instruction = "copy" }, Plain),
        ];
        foreach (var (one, other) in pairs)
        {
            LayerKey.Of(one).Key.ShouldNotBe(LayerKey.Of(other).Key, $"{one} / {other}");
        }
    }

    [Fact]
    public void The_key_of_these_inputs_is_this_one_for_ever()
    {
        var (key, manifest) = LayerKey.Of(Plain with { Env = new Dictionary<string, string> { ["B"] = "2", ["A"] = "1" }, Network = true, Mode = 0x1ed, User = "node" });
        Encoding.UTF8.GetString(CanonicalJson.Write(manifest)).ShouldBe(
            """{"below":"sha256:8ada24bf6bf3139273899fed85010be710367bbd1f8a176f19da97a62bc3bc65","command":"make","env":{"A":"1","B":"2"},"format":"strata.layer-key/1","instruction":"run","mode":"0755","network":"default","platform":"linux/amd64","user":"node"}""");
        key.ToString().ShouldBe("sha256:1daf457dbccf04c3d4ecaee82aef4683855193f33a947c32fee28f8b525fb54b");
    }

    [Fact]
    public void A_difference_is_said_in_words()
    {
        JsonObject Of(KeyInputs inputs) => LayerKey.Of(inputs).Manifest;
        string[] Between(KeyInputs before, KeyInputs after) => [.. KeyDifference.Between(Of(before), Of(after)).Select(static c => c.ToString())];
        var env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" };
        var changed = new Dictionary<string, string> { ["A"] = "3", ["C"] = "\u001b[2J\n" };
        Between(Plain with { Env = env }, Plain with { Env = changed, Command = "make all", Network = false }).ShouldBe([
            """command: "make" → "make all" """.TrimEnd(), """env A: "1" → "3" """.TrimEnd(), """env B: "2" → not set""", """env C: not set → "\u001b[2J\n" """.TrimEnd(),
            """network: not set → "none" """.TrimEnd(),
        ]);
        Between(Plain with { Command = "a\nb\nc" }, Plain with { Command = "a\nx\nc" }).ShouldBe(["""command, line 2: "b" → "x" """.TrimEnd()]);
        Between(Plain with { Command = "a" }, Plain with { Command = "a\nb" }).ShouldBe(["""command, line 2: not set → "b" """.TrimEnd()]);
        Between(Plain, Plain with { Platform = "linux/arm64" }).ShouldBe(["""platform: "linux/amd64" → "linux/arm64" """.TrimEnd()]);
        Between(Plain, Plain with { Instruction = "copy" }).ShouldBe(["""instruction: "run" → "copy" """.TrimEnd()]);
        var older = Of(Plain);
        older["format"] = "strata.layer-key/0";
        KeyDifference.Between(older, Of(Plain)).Select(static c => c.ToString()).ShouldBe(["""format of layer keys: "strata.layer-key/0" → "strata.layer-key/1" """.TrimEnd()]);
        CanonicalJson.DigestOf(older).ShouldNotBe(LayerKey.Of(Plain).Key);
        var other = Digest.Of("other"u8);
        Between(Plain, Plain with { Below = other }).ShouldBe([$"layers below: {Plain.Below.Short} → {other.Short}"]);
        Between(Plain, Plain with { Command = new string('x', 200) })[0].Length.ShouldBeLessThan(130);
        KeyDifference.Between(JsonNode.Parse(Encoding.UTF8.GetString(CanonicalJson.Write(Of(Plain))))!.AsObject(), Of(Plain)).ShouldBeEmpty(); // as kept and read again
    }

    private static bool IsSame(KeyInputs one, KeyInputs other) =>
        one with { Env = null, Args = null } == other with { Env = null, Args = null } && IsSame(one.Env, other.Env) && IsSame(one.Args, other.Args);

    private static bool IsSame(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) =>
        one is null ? other is null : other is not null && one.Count == other.Count && one.All(p => other.TryGetValue(p.Key, out var value) && value == p.Value);

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string>? all, string name, string value) =>
        new(all ?? new Dictionary<string, string>()) { [name] = value };
}
