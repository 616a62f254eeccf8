using System.Formats.Tar;
using System.Text;
using Strata.Core;
using Strata.Oci.Content;
using Strata.Oci.Credentials;
using Strata.Oci.Documents;
using Strata.Oci.References;
using Strata.Oci.Registries;

namespace Strata.Images.Tests;

/// <summary>Small images, pushed to a registry.</summary>
internal static class SampleImages
{
    public static async Task<Digest> PushAsync(Reference reference, IReadOnlyList<byte[]> tars, Digest? diffId = null)
    {
        using var client = new RegistryClient(new RegistryOptions(), new CredentialFiles(TimeProvider.System), TimeProvider.System);
        var config = DocumentWriter.Write(new Strata.Oci.Documents.ImageConfig
        {
            Platform = Platform.Host,
            Env = ["PATH=/bin", "X=y"],
            User = "1000:1000",
            WorkingDirectory = "/opt",
            Entrypoint = ["/bin/app"],
            DiffIds = [.. tars.Select(tar => diffId ?? Digest.Of(tar))],
        });
        var layers = tars.Select(tar => Descriptor.Of(MediaTypes.OciLayer, tar)).ToList();
        for (var i = 0; i < tars.Count; i++)
        {
            await client.PushBlobAsync(reference, BlobSource.Of(layers[i], tars[i]), null, CancellationToken.None);
        }

        var configDescriptor = Descriptor.Of(MediaTypes.OciConfig, config);
        await client.PushBlobAsync(reference, BlobSource.Of(configDescriptor, config), null, CancellationToken.None);
        var manifest = DocumentWriter.Write(new Manifest { Config = configDescriptor, Layers = layers });
        return (await client.PushManifestAsync(reference, MediaTypes.OciManifest, manifest, CancellationToken.None)).Digest;
    }

    public static byte[] Tar(params (string Name, string Content)[] files)
    {
        var output = new MemoryStream();
        using (var writer = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { ModificationTime = DateTimeOffset.UnixEpoch, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            }
        }

        return output.ToArray();
    }
}
