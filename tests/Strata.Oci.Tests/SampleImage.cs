using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Strata.Core;
using Strata.Oci.Archives;
using Strata.Oci.Content;
using Strata.Oci.Documents;

namespace Strata.Oci.Tests;

/// <summary>A small sound image: two layers of real tar.</summary>
internal sealed record SampleImage(Manifest Manifest, byte[] Config, IReadOnlyList<byte[]> Layers)
{
    public static SampleImage Make(string architecture = "amd64", bool gzip = true, int size = 200_000)
    {
        List<byte[]> tars = [Tar(("etc/greeting", Encoding.UTF8.GetBytes($"hello from {architecture}\n"))), Tar(("opt/data", DownloadTests.Bytes(size, 3)))];
        var layers = tars.ConvertAll(tar => gzip ? Gzip(tar) : tar);
        var config = DocumentWriter.Write(new ImageConfig
        {
            Platform = new("linux", architecture),
            Created = "1980-01-01T00:00:00Z",
            Env = ["PATH=/usr/bin:/bin", "X=a<b>&\"ü\""],
            User = "1000:1000",
            WorkingDirectory = "/opt",
            Entrypoint = ["/bin/sh", "-c"],
            Command = ["true"],
            Labels = new Dictionary<string, string> { ["z"] = "1", ["a"] = "2" },
            DiffIds = [.. tars.Select(tar => Digest.Of(tar))],
            History = [new("1980-01-01T00:00:00Z", "first", null, false), new("1980-01-01T00:00:00Z", "env", null, true), new("1980-01-01T00:00:00Z", "second", "c", false)],
        });
        return new(
            new()
            {
                Config = Descriptor.Of(MediaTypes.OciConfig, config),
                Layers = [.. layers.Select(layer => Descriptor.Of(gzip ? MediaTypes.OciLayerGzip : MediaTypes.OciLayer, layer))],
            },
            config,
            layers);
    }

    public IReadOnlyList<BlobSource> Sources => [.. Layers.Select((layer, i) => BlobSource.Of(Manifest.Layers[i], layer))];

    public ArchivedImage Archived(string name = "latest") => new(name, Manifest, Config, Sources);

    private static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        var output = new MemoryStream();
        using (var writer = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
            }
        }

        return output.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return output.ToArray();
    }
}
