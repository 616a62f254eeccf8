using System.Text;
using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Oci.Documents;

namespace Strata.Oci.Tests;

public sealed class DocumentTests
{
    private const string Hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    private const string Layer = $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:{{Hex}}","size":5}""";
    private const string Config = $$"""{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{Hex}}","size":7}""";
    private const string Sound = $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{Config}},"layers":[{{Layer}}],"annotations":{"a":"b"},"subject":{"x":[1]},"new":null}""";

    [Fact]
    public void A_manifest_is_read_and_written_in_one_spelling()
    {
        var manifest = ReadManifest(Sound);
        manifest.Layers.ShouldHaveSingleItem().ShouldBe(new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Digest.Parse("sha256:" + Hex, null), Size = 5 });
        manifest.Config.Size.ShouldBe(7);
        manifest.Annotations["a"].ShouldBe("b");
        Encoding.UTF8.GetString(DocumentWriter.Write(manifest)).ShouldBe(
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{Config}},"layers":[{{Layer}}],"annotations":{"a":"b"}""" + "}");
    }

    [Fact]
    public void What_is_written_is_read_to_the_same_and_written_the_same()
    {
        var image = SampleImage.Make(size: 10);
        var config = DocumentReader.ReadConfig(image.Config);
        DocumentWriter.Write(config).ShouldBe(image.Config);
        config.Env.ShouldBe(["PATH=/usr/bin:/bin", "X=a<b>&\"ü\""]);
        config.Variables()["X"].ShouldBe("a<b>&\"ü\"");
        config.Entrypoint.ShouldBe(["/bin/sh", "-c"]);
        config.Command.ShouldBe(["true"]);
        config.WorkingDirectory.ShouldBe("/opt");
        config.Labels.Keys.ShouldBe(["a", "z"]);
        config.History.ShouldBe([new("1980-01-01T00:00:00Z", "first", null, false), new("1980-01-01T00:00:00Z", "env", null, true), new("1980-01-01T00:00:00Z", "second", "c", false)]);
        DocumentWriter.Write(ReadManifest(Encoding.UTF8.GetString(DocumentWriter.Write(image.Manifest)))).ShouldBe(DocumentWriter.Write(image.Manifest));
    }

    [Fact]
    public void Nulls_where_go_writes_them_are_nothing()
    {
        var config = DocumentReader.ReadConfig(Encoding.UTF8.GetBytes(
            $$"""{"architecture":"arm","variant":"","os":"linux","config":{"Env":null,"Cmd":null,"Entrypoint":[],"Labels":null,"Volumes":{"/v":{} },"ExposedPorts":{"80/tcp":{} },"User":""},"rootfs":{"type":"layers","diff_ids":["sha256:{{Hex}}"]},"history":null,"container_config":{"x":1} }"""));
        config.Platform.ShouldBe(new("linux", "arm"));
        config.Command.ShouldBeNull();
        config.Entrypoint.ShouldNotBeNull().ShouldBeEmpty();
        config.Volumes.ShouldBe(["/v"]);
        config.ExposedPorts.ShouldBe(["80/tcp"]);
    }

    [Fact]
    public void The_last_of_equal_variables_counts()
    {
        var config = new ImageConfig { Platform = Platform.Host, DiffIds = [], Env = ["A=1", "B", "=x", "A=2=3"] };
        config.Variables().ShouldBe(new Dictionary<string, string> { ["A"] = "2=3" });
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"schemaVersion":3,"config":null,"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{{Config}}}""")]
    [InlineData($$"""{"schemaVersion":2,"layers":[{{Layer}}]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{{Config}},"layers":[null]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{{Config}},"layers":[{{Layer}}],"manifests":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{{Config}},"layers":[{{Layer}}],"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":{{Config}},"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:{{Hex}}","size":-1},"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:{{Hex}}","size":1.5},"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:{{Hex}}","size":9223372036854775808},"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:{{Hex}}"},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:ABC","size":1},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"x","digest":"../../etc/passwd","size":1},"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:{{Hex}}","size":9223372036854775807},"layers":[{{Layer}}]}""")]
    [InlineData($$"""{"schemaVersion":2,"config":{{Config}},"layers":[],"annotations":{"a":"\u0000"} }""")]
    [InlineData($$"""{"schemaVersion":2,"config":{{Config}},"layers":[],"annotations":{"a":"1","a":"2"} }""")]
    public void Other_manifests_are_refused(string json) => Refused(() => ReadManifest(json)).ShouldBe("STR3138");

    [Theory]
    [InlineData("""{"architecture":"amd64","os":"linux"}""")]
    [InlineData("""{"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""")]
    [InlineData("""{"architecture":"amd64","rootfs":{"type":"layers","diff_ids":["x"]}}""")]
    [InlineData("""{"architecture":"amd64","rootfs":{"type":"layers","diff_ids":[null]}}""")]
    [InlineData("""{"architecture":"amd64","rootfs":{"type":"layers+base","diff_ids":[]}}""")]
    [InlineData("""{"architecture":"amd64","config":{"Env":["A=\u0000"]},"rootfs":{"diff_ids":[]}}""")]
    [InlineData("""{"architecture":"amd64","config":{"Env":"A=1"},"rootfs":{"diff_ids":[]}}""")]
    public void Other_configs_are_refused(string json) => Refused(() => DocumentReader.ReadConfig(Encoding.UTF8.GetBytes(json))).ShouldBe("STR3138");

    [Fact]
    public void Limits_hold()
    {
        Refused(() => ReadManifest($$"""{"schemaVersion":2,"config":{{Config}},"layers":[{{string.Join(',', Enumerable.Repeat(Layer, Manifest.LayersMax + 1))}}]}""")).ShouldBe("STR3138");
        ReadManifest($$"""{"schemaVersion":2,"config":{{Config}},"layers":[{{string.Join(',', Enumerable.Repeat(Layer, Manifest.LayersMax))}}]}""").Layers.Count.ShouldBe(Manifest.LayersMax);
        Refused(() => DocumentReader.ReadManifest(new byte[Manifest.SizeBytesMax + 1], null)).ShouldBe("STR3138");
        Refused(() => ReadManifest(Sound.Replace("[1]", new string('[', 100) + new string(']', 100)))).ShouldBe("STR3138");
    }

    [Fact]
    public void What_was_announced_must_agree()
    {
        Refused(() => DocumentReader.ReadManifest(Encoding.UTF8.GetBytes(Sound), MediaTypes.DockerManifest)).ShouldBe("STR3138");
        Refused(() => DocumentReader.ReadManifest("""{"schemaVersion":1,"fsLayers":[]}"""u8, null)).ShouldBe("STR3139");
        Refused(() => DocumentReader.ReadManifest("""{"schemaVersion":2,"manifests":[]}"""u8, MediaTypes.OciManifest)).ShouldBe("STR3138");
    }

    [Fact]
    public void What_is_no_image_is_refused_by_name()
    {
        var chart = ReadManifest(Sound) with { Config = new() { MediaType = "application/vnd.cncf.helm.config.v1+json", Digest = default, Size = 1 } };
        Refused(() => ImageDescription.RequireImage("x", chart)).ShouldBe("STR3139");
        var layers = ReadManifest(Sound) with { Layers = [new() { MediaType = "application/vnd.in-toto+json", Digest = default, Size = 1 }] };
        Refused(() => ImageDescription.RequireImage("x", layers)).ShouldBe("STR3139");
    }

    [Theory]
    [InlineData("linux/amd64", "linux/arm64 linux/amd64", 1)]
    [InlineData("linux/amd64", "linux/amd64/v3 linux/amd64", 1)]
    [InlineData("linux/amd64", "linux/amd64/v3 linux/amd64/v2", -1)]
    [InlineData("linux/amd64/v3", "linux/amd64 linux/amd64/v2 linux/amd64/v4", 1)]
    [InlineData("linux/arm64", "linux/arm/v7 linux/arm64/v8", 1)]
    [InlineData("linux/arm64/v8", "linux/arm64", 0)]
    [InlineData("linux/arm64", "linux/arm64/v9 linux/arm64", 1)]
    [InlineData("linux/arm/v7", "linux/arm/v5 linux/arm/v6 linux/arm64/v8", 1)]
    [InlineData("linux/arm/v6", "linux/arm/v7", -1)]
    [InlineData("linux/amd64", "windows/amd64 unknown/unknown", -1)]
    [InlineData("linux/amd64", "linux/amd64 linux/amd64", 0)]
    [InlineData("linux/amd64", "-", 0)]
    [InlineData("linux/amd64", "- -", -1)]
    [InlineData("linux/amd64", "", -1)]
    [InlineData("linux/amd64", "linux/amd64/v999999999999 linux/amd64/evil linux/amd64", 2)]
    public void The_nearest_platform_is_chosen(string wanted, string offered, int index)
    {
        var manifests = offered.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((text, i) => Descriptor.Of(MediaTypes.OciManifest, [(byte)i]) with { Platform = text == "-" ? null : Parse(text) }).ToList();
        PlatformChoice.Choose(manifests, Parse(wanted)).ShouldBe(index < 0 ? null : manifests[index]);

        static Platform Parse(string text) => text.Split('/') is [var os, var architecture, .. var variant] ? new(os, architecture, variant.FirstOrDefault()) : throw new ArgumentException(text);
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused_with_a_code()
    {
        var random = new Random(11);
        var image = SampleImage.Make(size: 10);
        byte[][] seeds = [Encoding.UTF8.GetBytes(Sound), image.Config, DocumentWriter.Write(new ImageIndex { Manifests = [.. image.Manifest.Layers.Select(layer => layer with { Platform = new("linux", "arm", "v7") })] })];
        for (var round = 0; round < Soak.Runs(5_000, 1_000_000); round++)
        {
            var bytes = Mutate(seeds[random.Next(seeds.Length)], random);
            Survives(() => DocumentReader.ReadManifest(bytes, null));
            Survives(() => DocumentReader.ReadConfig(bytes));
        }
    }

    [Fact]
    public void Any_value_in_any_place_is_read_or_refused_with_a_code()
    {
        string[] values = ["null", "1", "-1", "1e400", "\"\"", "\"\\ud800\"", "[]", "[null]", "{}", "true", "\"sha512:00\"", "{\"a\":{\"a\":1}}"];
        foreach (var document in (string[])[Sound, Encoding.UTF8.GetString(SampleImage.Make(size: 10).Config)])
        {
            foreach (var path in Paths(JsonNode.Parse(document)!))
            {
                foreach (var value in values)
                {
                    var root = JsonNode.Parse(document)!;
                    var place = path.Aggregate(root, (node, step) => step is int i ? node[i]! : node[(string)step]!);
                    var marker = "\"@@\"";
                    place.ReplaceWith(JsonValue.Create("@@"));
                    var bytes = Encoding.UTF8.GetBytes(root.ToJsonString().Replace(marker, value));
                    Survives(() => DocumentReader.ReadManifest(bytes, null));
                    Survives(() => DocumentReader.ReadConfig(bytes));
                }
            }
        }
    }

    private static IEnumerable<object[]> Paths(JsonNode node) => node switch
    {
        JsonObject members => members.Where(member => member.Value is not null).SelectMany(member => Paths(member.Value!).Prepend([]).Select(path => path.Prepend(member.Key).ToArray())),
        JsonArray items => items.SelectMany((item, i) => Paths(item!).Prepend([]).Select(path => path.Prepend(i).ToArray())),
        _ => [],
    };

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(20), bytes.Count - at - 1));
                    break;
                case 2:
                    bytes.Insert(at, (byte)"{}[]\",:0n"[random.Next(9)]);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(40), bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static void Survives(Action read)
    {
        try
        {
            read();
        }
        catch (OciException e)
        {
            e.Diagnostic.Code.ShouldStartWith("STR31");
        }
    }

    private static Manifest ReadManifest(string json) => DocumentReader.ReadManifest(Encoding.UTF8.GetBytes(json), null).Manifest.ShouldNotBeNull();

    private static string Refused(Action read) => Should.Throw<OciException>(read).Diagnostic.Code;
}
