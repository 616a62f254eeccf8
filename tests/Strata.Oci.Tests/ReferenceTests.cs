using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Oci.References;

namespace Strata.Oci.Tests;

public sealed class ReferenceTests
{
    private const string Hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [Theory]
    [InlineData("debian", "docker.io/library/debian:latest", "debian")]
    [InlineData("debian:bookworm", "docker.io/library/debian:bookworm", "debian:bookworm")]
    [InlineData("docker.io/debian", "docker.io/library/debian:latest", "debian")]
    [InlineData("index.docker.io/library/debian", "docker.io/library/debian:latest", "debian")]
    [InlineData("grafana/grafana:11.0.0", "docker.io/grafana/grafana:11.0.0", "grafana/grafana:11.0.0")]
    [InlineData("GHCR.io/owner/image", "ghcr.io/owner/image:latest", "ghcr.io/owner/image")]
    [InlineData("localhost/x", "localhost/x:latest", "localhost/x")]
    [InlineData("localhost:5000/x", "localhost:5000/x:latest", "localhost:5000/x")]
    [InlineData("localhost:5000/a/b__c/d---e:T.a-g_1@sha256:" + Hex, "localhost:5000/a/b__c/d---e:T.a-g_1@sha256:" + Hex, "localhost:5000/a/b__c/d---e:T.a-g_1@sha256:" + Hex)]
    [InlineData("[::1]:5000/x:1", "[::1]:5000/x:1", "[::1]:5000/x:1")]
    [InlineData("10.0.0.1/x", "10.0.0.1/x:latest", "10.0.0.1/x")]
    [InlineData("debian@sha256:" + Hex, "docker.io/library/debian@sha256:" + Hex, "debian@sha256:" + Hex)]
    public void References_are_written_out_and_shortened(string text, string full, string brief)
    {
        var reference = Reference.Parse(text);
        reference.ToString().ShouldBe(full);
        reference.ToShortString().ShouldBe(brief);
        Reference.Parse(full).ShouldBe(reference);
        Reference.Parse(brief).ShouldBe(reference);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("debian:")]
    [InlineData("debian:-x")]
    [InlineData("debian:a b")]
    [InlineData("Debian")]
    [InlineData("FOO/bar")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a/../b")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a._b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("https://ghcr.io/a")]
    [InlineData("user@host/x")]
    [InlineData("debian@sha256:abc")]
    [InlineData("debian@sha512:" + Hex + Hex)]
    [InlineData("debian@sha256:" + Hex + "@sha256:" + Hex)]
    [InlineData("host:0/x")]
    [InlineData("host:65536/x")]
    [InlineData("host:080/x")]
    [InlineData("host:+80/x")]
    [InlineData("host:/x")]
    [InlineData("-host.io/x")]
    [InlineData("ho_st.io/x")]
    [InlineData("host..io/x")]
    [InlineData("[::1/x")]
    [InlineData("[fe80::1%eth0]:5000/x")]
    [InlineData("[127.0.0.1]:5000/x")]
    [InlineData("x:1\n")]
    [InlineData("ｄebian")]
    public void Anything_else_is_no_reference(string text)
    {
        Reference.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNullOrEmpty();
        Should.Throw<UserErrorException>(() => Reference.Parse(text)).Diagnostics[0].Code.ShouldBe("STR3130");
    }

    [Fact]
    public void Lengths_have_limits()
    {
        Reference.TryParse(new string('a', 255 - "library/".Length), out _, out _).ShouldBeTrue();
        Reference.TryParse(new string('a', 256), out _, out _).ShouldBeFalse();
        Reference.TryParse("a:" + new string('t', 128), out _, out _).ShouldBeTrue();
        Reference.TryParse("a:" + new string('t', 129), out _, out _).ShouldBeFalse();
        Reference.TryParse(new string('a', 100_000), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void What_is_printed_is_parsed_to_the_same()
    {
        var label = Gen.Elements("a", "0", "x9", "debian", "a-b", "a.b", "a_b", "a__b", "a----b", "library", "localhost");
        var path = Gen.NonEmptyListOf(label).Where(parts => parts.Count < 6).Select(parts => string.Join('/', parts));
        var host = Gen.Elements("", "docker.io/", "localhost/", "ghcr.io/", "h:1/", "a-b.c:65535/", "[::1]:5000/", "[2001:db8::1]/", "10.0.0.1:80/");
        var tag = Gen.Elements("", ":1", ":latest", ":_", ":A.b-C_9");
        var digest = Gen.Elements("", "@" + Digest.Of("x"u8));
        var texts = from h in host from p in path from t in tag from d in digest select h + p + t + d;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak.Runs(1_000, 100_000)), Prop.ForAll(texts.ToArbitrary(), text =>
        {
            if (!Reference.TryParse(text, out var reference, out _))
            {
                return text.StartsWith("localhost/", StringComparison.Ordinal) || text.Contains('.', StringComparison.Ordinal); // a first part that is a host after all
            }

            return Reference.Parse(reference.ToString()) == reference && Reference.Parse(reference.ToShortString()) == reference
                && reference.ToString().StartsWith(reference.Registry + "/" + reference.Repository, StringComparison.Ordinal);
        }));
    }

    [Fact]
    public void Whatever_is_accepted_prints_back()
    {
        var character = Gen.Elements('a', 'b', 'Z', '0', '.', '-', '_', '/', ':', '@', '[', ']', ' ', 'é', '\0');
        var texts = Gen.ListOf(character).Select(characters => new string([.. characters]));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak.Runs(3_000, 1_000_000)), Prop.ForAll(texts.ToArbitrary(), text =>
            !Reference.TryParse(text, out var reference, out _) || Reference.Parse(reference.ToString()) == reference && Reference.Parse(reference.ToShortString()) == reference));
    }
}
