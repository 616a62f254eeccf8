using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Workflows.Locking;

namespace Strata.Workflows.Tests.Locking;

/// <summary>strata.lock: what is written is read again, and nothing hostile is taken for a pin.</summary>
public sealed class ImageLockTests
{
    private static readonly string Some = Digest.Of("some"u8).ToString();

    [Fact]
    public void What_is_written_is_read_again_and_written_the_same()
    {
        var references = Gen.Elements(
            "debian:bookworm", "debian", "node", "yes", "1e3", "localhost:5000/a/b:v1.2", "127.0.0.1:5000/app:1", "[::1]:5000/app", "ghcr.io/o/i_m.g-e:x",
            "debootstrap:bookworm", "debootstrap:noble", "a:b");
        var packages = Gen.Elements("apt=2.6.1", "git=1:2.39.5-0+deb12u1", "libc6=2.36-9+deb12u9", "wine:i386=8.0~repack-4", "g++=4:12.2.0-3");
        var locks = from names in references.ListOf()
                    from installed in packages.NonEmptyListOf()
                    from seed in Gen.Choose(0, 1000)
                    select new ImageLock(names.Distinct().ToDictionary(name => name, name => name.StartsWith("debootstrap:", StringComparison.Ordinal)
                        ? new LockedImage(Digest.Of(BitConverter.GetBytes(seed)), null, [.. installed], null)
                        : new LockedImage(Digest.Of(Encoding.UTF8.GetBytes($"{name}{seed}")), seed % 2 == 0 ? null : $"docker.io/library/{seed}@{Some}", [], null)));
        Check.QuickThrowOnFailure(Prop.ForAll(locks.ToArbitrary(), written =>
        {
            var text = ImageLockWriter.Write(written);
            var (read, problems) = ImageLockReader.Read("strata.lock", Encoding.UTF8.GetBytes(text));
            problems.ShouldBeEmpty(text);
            read!.Images.Keys.Order().ShouldBe(written.Images.Keys.Order());
            foreach (var (reference, pin) in written.Images)
            {
                (read.Images[reference].Digest, read.Images[reference].Resolved).ShouldBe((pin.Digest, pin.Resolved));
                read.Images[reference].Packages.ShouldBe(pin.Packages.Distinct().Order(StringComparer.Ordinal));
            }

            ImageLockWriter.Write(read).ShouldBe(text);
        }));
    }

    [Fact]
    public void The_file_is_as_documented()
    {
        var text = ImageLockWriter.Write(new(new Dictionary<string, LockedImage>
        {
            ["debootstrap:bookworm"] = new(Digest.Of("b"u8), null, ["b=2", "a=1"], null),
            ["debian:bookworm"] = new(Digest.Of("a"u8), $"docker.io/library/debian@{Some}", [], null),
        }));

        text.ShouldBe($"""
            # What the images of the workflow beside this file are made from. Written by `strata image update`: commit it.
            format: strata.lock/1
            images:
              debian:bookworm:
                digest: {Digest.Of("a"u8)}
                resolved: docker.io/library/debian@{Some}
              debootstrap:bookworm:
                digest: {Digest.Of("b"u8)}
                resolved:
                  - a=1
                  - b=2

            """);
    }

    [Fact]
    public void Every_problem_is_told_at_its_place()
    {
        var problems = Problems($$"""
            format: strata.lock/9
            extra: 1
            images:
              debian:bookworm: { digest: sha256:abc }
              "rootfs:/x.tar": { digest: {{Some}} }
              images.other: { digest: {{Some}} }
              Debian: { digest: {{Some}} }
              alpine: nothing
              busybox: { resolved: x }
              node: { digest: {{Some}}, resolved: [a], more: 1 }
              debootstrap:noble: { digest: {{Some}}, resolved: [apt=1, nonsense, "a b=c"] }
              debootstrap:sid: { digest: {{Some}}, resolved: text }
            """);

        problems.ShouldBe(
        [
            ("STR3151", 1, 9), ("STR3152", 2, 1), ("STR3153", 4, 30), ("STR3154", 5, 3), ("STR3154", 6, 3), ("STR3154", 7, 3), ("STR3150", 8, 11),
            ("STR3153", 9, 3), ("STR3150", 10, 102), ("STR3152", 10, 107), ("STR3155", 11, 123), ("STR3155", 11, 133), ("STR3150", 12, 113),
        ]);
    }

    [Theory]
    [InlineData("just text", "STR3150")]
    [InlineData("images: {}", "STR3151")]
    [InlineData("format: strata.lock/1\nimages: [a]", "STR3150")]
    [InlineData("format: strata.lock/1\nimages: {a: {digest: [1]}}", "STR3153")]
    [InlineData("format: [strata.lock/1]\nimages: {}", "STR3151")]
    public void A_file_that_is_none_is_refused(string text, string code) => Problems(text)[0].Code.ShouldBe(code);

    [Theory]
    [InlineData("format: strata.lock/1")]
    [InlineData("format: strata.lock/1\nimages:")]
    [InlineData("format: strata.lock/1\nimages: {}")]
    public void No_pins_are_fine(string text) => ImageLockReader.Read("f", Encoding.UTF8.GetBytes(text)).Lock!.Images.ShouldBeEmpty();

    [Fact]
    public void Limits_hold()
    {
        var many = new StringBuilder("format: strata.lock/1\nimages:\n");
        for (var i = 0; i < 1001; i++)
        {
            many.Append("  i").Append(i).Append(": { digest: ").Append(Some).Append(" }\n");
        }

        Problems(many.ToString()).Single().Code.ShouldBe("STR3156");
        ImageLockReader.Read("f", new byte[ImageLockReader.FileSizeMax + 1]).Problems.Single().Code.ShouldBe("STR3156");
        ImageLockReader.Read("f", Encoding.UTF8.GetBytes($"format: strata.lock/1\nimages: {{\"a\\u0007b\": 1}}")).Problems[0].Message.ShouldNotContain("\u0007");
    }

    [Fact]
    public void No_text_makes_the_reader_throw()
    {
        var valid = ImageLockWriter.Write(new(new Dictionary<string, LockedImage> { ["debian:1"] = new(Digest.Of("a"u8), "x/y", [], null) }));
        var broken = from at in Gen.Choose(0, valid.Length - 1)
                     from with in Gen.Elements("", "\n", ":", "- ", "{", "\"", "&a ", "*a", "\t", "\0", "é", "  ")
                     from cut in Gen.Choose(0, 3)
                     select valid[..at] + with + valid[Math.Min(valid.Length, at + cut)..];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(broken.ToArbitrary(), text =>
        {
            var (read, problems) = ImageLockReader.Read("f", Encoding.UTF8.GetBytes(text));
            (read is null).ShouldBe(problems.Count > 0);
        }));
    }

    private static List<(string Code, int Line, int Column)> Problems(string text)
    {
        var (read, problems) = ImageLockReader.Read("strata.lock", Encoding.UTF8.GetBytes(text));
        read.ShouldBeNull();
        problems.ShouldAllBe(problem => problem.At!.Value.File == "strata.lock");
        return [.. problems.Select(problem => (problem.Code, problem.At!.Value.Line, problem.At.Value.Column))];
    }
}
