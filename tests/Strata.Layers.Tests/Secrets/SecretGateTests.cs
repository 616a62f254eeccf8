using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Secrets;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Secrets;

namespace Strata.Layers.Tests.Secrets;

public sealed class SecretGateTests : IDisposable
{
    private const string Value = "corr3ct/horse+battery=staple";

    private static readonly int MaxTest = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 5_000 : 60;

    private readonly TemporaryDirectory _directory = new();
    private int _next;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_form_of_a_value_is_found_in_a_file_with_its_line()
    {
        foreach (var form in SecretForms.InFiles(Value, SecretGate.LengthMin))
        {
            var find = Check(("a/file", [.. "one\ntwo "u8, .. form.Bytes, .. "\nthree"u8])).ShouldHaveSingleItem();
            Encoding.UTF8.GetString(find.Path).ShouldBe("a/file");
            (find.Place, find.Line, find.Secret).ShouldBe((SecretPlace.Content, 2, "KEY"));
        }
    }

    [Fact]
    public void Each_form_is_called_by_its_name()
    {
        Form(Value).ShouldBe("as it is");
        Form(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Value))).ShouldBe("hex");
        Form(Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Value))).ShouldBe("base64");
        Form(Uri.EscapeDataString(Value)).ShouldBe("URL-encoded");

        string Form(string text) => Check(("file", Encoding.UTF8.GetBytes(text))).ShouldHaveSingleItem().Form;
    }

    [Fact]
    public void A_value_is_found_wherever_it_crosses_the_borders_of_what_is_read()
    {
        const int Chunk = 1 << 20;
        var value = Encoding.UTF8.GetBytes(Value);
        for (var before = 0; before <= value.Length; before += 3)
        {
            var content = new byte[(2 * Chunk) + 100];
            content.AsSpan().Fill((byte)'x');
            value.CopyTo(content, Chunk - before);
            value.CopyTo(content, (2 * Chunk) - before);
            Check(("file", content)).ShouldHaveSingleItem().Line.ShouldBe(1);
        }
    }

    [Fact]
    public void A_value_behind_a_hole_is_found()
    {
        var content = new byte[10 << 20];
        Encoding.UTF8.GetBytes(Value).CopyTo(content, (9 << 20) + 5);
        Check(("sparse", content)).ShouldHaveSingleItem();
    }

    [Fact]
    public void Names_targets_and_attributes_are_looked_at()
    {
        var target = Target();
        using (var builder = new LayerBuilder(target))
        {
            builder.Add(Entry("", EntryKind.Directory));
            builder.Add(Entry("attributed", EntryKind.File) with { Attributes = [new("user.note"u8.ToArray(), "is plain-value-1"u8.ToArray())] });
            builder.Add(Entry("attributed-by-name", EntryKind.File) with { Attributes = [new("user.plain-value-1"u8.ToArray(), "x"u8.ToArray())] });
            builder.Add(Entry("dir-plain-value-1", EntryKind.Directory));
            builder.Add(Entry("dir-plain-value-1/below", EntryKind.File));
            builder.Add(Entry("link", EntryKind.Symlink) with { Link = "/x/plain-value-1"u8.ToArray() });
            builder.Finish();
        }

        var finds = new SecretGate(new Dictionary<string, string> { ["KEY"] = "plain-value-1" }).Check(target, [], CancellationToken.None);
        finds.Select(f => $"{Encoding.UTF8.GetString(f.Path)} {f.Place}").ShouldBe(["attributed Attribute", "attributed-by-name Attribute", "dir-plain-value-1 Name", "link LinkTarget"]);
    }

    [Fact]
    public void A_value_of_several_lines_is_found_whole_by_a_telling_line_and_as_wrapped_base64()
    {
        const string Pem = "-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBgkqhkiG9w0BAQEFAASC\nqqqqqqqqqqqqqqqq1111111111111111\n-----END PRIVATE KEY-----\n";
        Find(Pem).ShouldBe(1);
        Find("x = MIIEvgIBADANBgkqhkiG9w0BAQEFAASC;").ShouldBe(1);
        Find(Convert.ToBase64String(Encoding.UTF8.GetBytes(Pem), Base64FormattingOptions.InsertLineBreaks)).ShouldBe(1);
        Find("-----BEGIN PRIVATE KEY-----\nanother").ShouldBe(0);

        int Find(string text) => Check(new Dictionary<string, string> { ["KEY"] = Pem }, ("file", Encoding.UTF8.GetBytes(text))).Count;
    }

    [Fact]
    public void A_masked_value_is_found_without_a_name()
    {
        var target = Written(("file", "x maskedvalue99 c2hvcnQ="u8.ToArray()));
        var find = new SecretGate(new Dictionary<string, string>(), ["maskedvalue99", "short"]).Check(target, [], CancellationToken.None).ShouldHaveSingleItem();
        find.Secret.ShouldBe(SecretFind.Masked);
        SecretDiagnostics.Found("The cache 'c'", [find], null).Message.ShouldBe("The cache 'c' is not stored: a value that a step masked (as it is) is in /file, line 1.");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\n    ")]
    public void Encoded_values_are_found_whatever_lines_break_them_and_however_the_file_is_read(string lineEnd)
    {
        var random = new Random(lineEnd.Length);
        for (var i = 0; i < MaxTest; i++)
        {
            var value = random.GetString("abcXYZ019 /+=\"'&<>%$", random.Next(8, 60));
            var encoded = Encoded(random, [.. random.GetString("uvw", random.Next(200)).Select(static c => (byte)c), .. Encoding.UTF8.GetBytes(value), .. "xyz"u8], lineEnd);
            var before = random.GetString("ab. \n", random.Next(40)) + (random.Next(2) == 0 ? "\n" : "="); // other text, that may look encoded itself, but the value's line is its own
            var content = Encoding.UTF8.GetBytes(before + encoded + "\n.\n");
            var gate = new SecretGate(new Dictionary<string, string> { ["KEY"] = value }) { ChunkSize = random.Next(1, 200) };
            gate.Check(Written(("file", content)), [], CancellationToken.None).ShouldHaveSingleItem($"{value} in {Encoding.UTF8.GetString(content)}");
            content[content.AsSpan().LastIndexOfAnyInRange((byte)'0', (byte)'z')] = (byte)'.'; // of what follows the value
            gate.Check(Written(("file", content)), [], CancellationToken.None).ShouldHaveSingleItem();
        }
    }

    private static string Encoded(Random random, byte[] bytes, string lineEnd)
    {
        var hex = Convert.ToHexString(bytes);
        var width = random.Next(1, 100);
        return random.Next(5) switch
        {
            0 => string.Join(lineEnd, Convert.ToBase64String(bytes).Chunk(width).Select(static c => new string(c))),
            1 => string.Join(lineEnd, Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=').Chunk(width).Select(static c => new string(c))),
            2 => string.Join(lineEnd, hex.ToLowerInvariant().Chunk(width).Select(static c => new string(c))),
            3 => string.Join(lineEnd, bytes.Chunk(width).Select(static line => string.Join(':', line.Select(static b => $"{b:X2}")))),
            _ => string.Join(lineEnd, bytes.Chunk(16).Select(static (line, i) => $"{Convert.ToString(i * 16, 8).PadLeft(7, '0')} {string.Join(' ', line.Select(static b => $"{b:x2}"))}")),
        };
    }

    [Fact]
    public void A_value_over_lines_is_told_with_the_line_it_begins_in()
    {
        var encoded = Convert.ToBase64String([.. new byte[450], .. Encoding.UTF8.GetBytes(Value), .. new byte[4000]]);
        var lines = string.Join('\n', encoded.Chunk(76).Select(static c => new string(c)));
        Check(("file", Encoding.UTF8.GetBytes("first\n" + lines))).ShouldHaveSingleItem().Line.ShouldBe(2 + (450 * 4 / 3 / 76));
        Check(("file", Encoding.UTF8.GetBytes("first\n" + lines.Replace("\n", "\n.\n", StringComparison.Ordinal)))).ShouldBeEmpty();
    }

    [Fact]
    public void Short_values_are_named_and_not_looked_for()
    {
        var secrets = new Dictionary<string, string> { ["SHORT"] = "1234567", ["LONG"] = "12345678" };
        new SecretGate(secrets).TooShort.ShouldBe(["SHORT"]);
        Check(secrets, ("file", "1234567x"u8.ToArray())).ShouldBeEmpty();
        Check(secrets, ("file", "x12345678"u8.ToArray())).ShouldHaveSingleItem().Secret.ShouldBe("LONG");
    }

    [Theory]
    [InlineData("root/.npmrc", "registry=https://r/\n//r/:_authToken=npm_abc\n", 2)]
    [InlineData("root/.npmrc", "//r/:_authToken=${NPM_TOKEN}\n", 0)]
    [InlineData("root/.npmrc", "always-auth=true\nregistry=https://r/\n", 0)]
    [InlineData("home/a/.netrc", "machine x login y password z\n", 1)]
    [InlineData("root/.docker/config.json", "{\n \"auths\": { \"r\": { \"auth\": \"YTpi\" } }\n}", 2)]
    [InlineData("root/.docker/config.json", "{ \"auths\": { \"r\": {} }, \"auth\": \"\" }", 0)]
    [InlineData("root/.git-credentials", "https://me:token@github.com\n", 1)]
    [InlineData("root/.aws/credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = B\n", 3)]
    [InlineData("root/.ssh/id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n", 1)]
    [InlineData("root/.ssh/id_ed25519.pub", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n", 0)]
    [InlineData("root/.pypirc", "[pypi]\nusername = __token__\npassword = pypi-x\n", 3)]
    [InlineData("root/.cargo/credentials.toml", "[registry]\ntoken = \"abc\"\n", 2)]
    [InlineData("w/.git/config", "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://x-access-token:ghs_abc@github.com/o/r.git\n", 4)]
    [InlineData("w/.git/config", "[remote \"origin\"]\n\turl = https://ghp_abc@github.com/o/r.git\n", 2)]
    [InlineData("w/.git/config", "[http \"https://github.com/\"]\n\textraheader = AUTHORIZATION: basic eDpnaHNfYWJj\n", 2)]
    [InlineData("w/.git/modules/sub/config", "[remote \"origin\"]\r\n\turl = https://me:token@github.com/o/r.git\r\n", 2)]
    [InlineData("root/.gitconfig", "[url \"https://me:token@github.com/\"]\n\tinsteadOf = https://github.com/\n", 1)]
    [InlineData("w/.git/config", "[remote \"origin\"]\n\turl = https://github.com/o/r.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n", 0)]
    [InlineData("w/.git/config", "[remote \"origin\"]\n\turl = git@github.com:o/r.git\n[remote \"b\"]\n\turl = ssh://git@host:22/o/r.git\n\turl = https://me@host/o@v.git\n", 0)]
    [InlineData("w/.git/config", "# url = https://me:token@github.com/o/r.git\n[http]\n\textraheader = \n\textraheader = X-Trace: 1\n", 0)]
    [InlineData("root/.pip/pip.conf", "[global]\nindex-url = https://me:token@pypi.example/simple\n", 2)]
    [InlineData("etc/pip.conf", "[global]\nextra-index-url =\n    https://a.example/\n    https://__token__:x@b.example/\n", 4)]
    [InlineData("etc/pip.conf", "[global]\n# index-url = https://me:token@pypi.example/\nindex-url = https://${U}:${P}@pypi.example/simple\nproxy = http://host:3128\n", 0)]
    [InlineData("root/.m2/settings.xml", "<settings><servers><server>\n<id>a</id>\n<password>s3cret</password>\n</server></servers></settings>", 3)]
    [InlineData("usr/share/maven/conf/settings.xml", "<settings>\n<!-- <server>\n<password>repopwd</password>\n</server> -->\n<password>${env.TOKEN}</password><password/><password></password>\n</settings>", 0)]
    [InlineData("w/NuGet.Config", "<configuration><packageSourceCredentials><a>\n<add key=\"Username\" value=\"u\" />\n<add key=\"ClearTextPassword\" value=\"x\" />", 3)]
    [InlineData("root/.nuget/NuGet/nuget.config", "<add key='Password'\n value='AQAA' />", 2)]
    [InlineData("w/nuget.config", "<add key=\"ClearTextPassword\" value=\"%TOKEN%\" />\n<add key=\"nuget.org\" value=\"https://api.nuget.org/v3/index.json\" />", 0)]
    [InlineData("w/.yarnrc.yml", "npmScopes:\n  a:\n    npmAuthToken: \"npm_abc\"\n", 3)]
    [InlineData("w/.yarnrc.yml", "npmAuthIdent: user:pass\n", 1)]
    [InlineData("w/.yarnrc.yml", "npmAuthToken: \"${NPM_TOKEN:-}\"\nnpmAuthIdent: ''\nnodeLinker: node-modules\n# npmAuthToken: x\n", 0)]
    [InlineData("root/.kube/config", "users:\n- name: a\n  user:\n    token: eyJh\n", 4)]
    [InlineData("root/.kube/config", "users:\n- user:\n    client-key-data: LS0t\n", 3)]
    [InlineData("root/.kube/config", "users:\n- user:\n    client-key: /a/b.pem\n    token: \"\"\n    tokenFile: /x\n- name: token\n", 0)]
    [InlineData("root/.pgpass", "# host:port:db:user:password\nlocalhost:5432:*:me:s3cret\n", 2)]
    [InlineData("root/.pgpass", "# a:b:c:d:e\n\nlocalhost:5432\n", 0)]
    [InlineData("root/.ssh/config", "Host a\n  HostName b\n", 0)]
    [InlineData("usr/share/doc/npmrc", "//r/:_authToken=npm_abc\n", 0)]
    public void Pitfall_16_files_in_which_tools_keep_credentials_are_known(string path, string content, int line)
    {
        var finds = Check(new Dictionary<string, string>(), (path, Encoding.UTF8.GetBytes(content)));
        finds.Select(f => f.Line).ShouldBe(line == 0 ? [] : [line]);
        finds.ShouldAllBe(f => f.Secret == null);
    }

    /// <summary>Of a published ~/.docker only config.json is a name of the layer.</summary>
    [Theory]
    [InlineData("root/.docker", "config.json", "{\"auths\":{\"r\":{\"auth\":\"YTpi\"}}}")]
    [InlineData("root/.ssh", "id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\n")]
    [InlineData("home/me/.aws", "credentials", "aws_secret_access_key = B\n")]
    [InlineData("root/.cargo", "credentials.toml", "token = \"abc\"\n")]
    [InlineData("root/.config", "git/credentials", "https://me:token@github.com\n")]
    public void A_credential_file_is_known_also_where_its_directory_is_the_root(string at, string path, string content)
    {
        var target = Written((path, Encoding.UTF8.GetBytes(content)));
        var gate = new SecretGate(new Dictionary<string, string>());

        gate.Check(target, [], CancellationToken.None).ShouldBeEmpty();
        var find = gate.Check(target, Encoding.UTF8.GetBytes(at), CancellationToken.None).ShouldHaveSingleItem();
        Encoding.UTF8.GetString(find.Path).ShouldBe($"{at}/{path}");
    }

    [Fact]
    public void Any_value_in_any_surroundings_is_found_and_no_other()
    {
        var letters = Gen.Elements("abcXYZ019 /+=\"'&<>%$\\é→".ToCharArray());
        var values = letters.ArrayOf(24).Select(static l => new string(l)).ToArbitrary();
        var surroundings = Gen.Choose(0, 255).Select(static n => (byte)n).ArrayOf(50).ToArbitrary();
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200),
            Prop.ForAll(values, surroundings, surroundings, (value, before, after) =>
            {
                byte[] content = [.. before, .. Encoding.UTF8.GetBytes(value), .. after];
                var secrets = new Dictionary<string, string> { ["KEY"] = value };
                return Check(secrets, ("file", content)) is [{ Secret: "KEY" }] && Check(secrets, ("file", [.. before, .. Encoding.UTF8.GetBytes(value[..^1]), 0, .. after])).Count == 0;
            }));
    }

    private IReadOnlyList<SecretFind> Check(params (string Path, byte[] Content)[] files) => Check(new() { ["KEY"] = Value }, files);

    private IReadOnlyList<SecretFind> Check(Dictionary<string, string> secrets, params (string Path, byte[] Content)[] files) =>
        new SecretGate(secrets).Check(Written(files), [], CancellationToken.None);

    private LayerTarget Written(params (string Path, byte[] Content)[] files)
    {
        var target = Target();
        using (var builder = new LayerBuilder(target))
        {
            builder.Add(Entry("", EntryKind.Directory));
            foreach (var (path, content) in files)
            {
                for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
                {
                    builder.Add(Entry(path[..slash], EntryKind.Directory));
                }

                builder.BeginFile(Entry(path, EntryKind.File) with { Size = content.Length });
                builder.Write(content);
                builder.EndFile();
            }

            builder.Finish();
        }

        return target;
    }

    private LayerTarget Target() => new(_directory.Combine($"image-{_next++}"), null);

    private static LayerEntry Entry(string path, EntryKind kind) => new()
    {
        Kind = kind, Path = Encoding.UTF8.GetBytes(path), Mode = 0x1ed, User = 0, Group = 0, Modified = default,
    };
}
