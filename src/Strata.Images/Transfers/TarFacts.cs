using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Strata.Core;
using Strata.Layers.Store;
using Strata.Oci.Content;
using Strata.Oci.Documents;

namespace Strata.Images.Transfers;

/// <summary>Digest and size of the tar that a layer becomes.</summary>
internal sealed record TarFact(string Format, string DiffId, long Size)
{
    public const string CurrentFormat = "strata.tar/1";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TarFact))]
internal sealed partial class TarFactJson : JsonSerializerContext;

/// <summary>Tars of layers, described: made once to be hashed, then known. What is sent is held against it.</summary>
internal sealed class TarFacts(string dataDirectory)
{
    private readonly RecordFiles _files = new(Path.Combine(dataDirectory, "images"));

    public async Task<BlobSource> DescribeAsync(LayerLease layer, Action<long> onProgress, CancellationToken cancellationToken)
    {
        var key = Digest.Of(Encoding.UTF8.GetBytes($"{TarFact.CurrentFormat}\0{layer.Digest}"));
        if (_files.Find(key, TarFactJson.Default.TarFact) is not { Format: TarFact.CurrentFormat } fact || !Digest.TryParse(fact.DiffId, null, out var diffId))
        {
            (diffId, var size) = await HashAsync(layer, onProgress, cancellationToken).ConfigureAwait(false);
            fact = new(TarFact.CurrentFormat, diffId.ToString(), size);
            _files.Save(key, fact, TarFactJson.Default.TarFact);
        }

        return new(new() { MediaType = MediaTypes.OciLayer, Digest = diffId, Size = fact.Size }, (offset, stop) => LayerTar.OpenAsync(layer, offset, stop));
    }

    private static async Task<(Digest DiffId, long Size)> HashAsync(LayerLease layer, Action<long> onProgress, CancellationToken cancellationToken)
    {
        var tar = await LayerTar.OpenAsync(layer, 0, cancellationToken).ConfigureAwait(false);
        await using (tar.ConfigureAwait(false))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 20];
            var size = 0L;
            int read;
            while ((read = await tar.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                size += read;
                onProgress(size);
            }

            return (Digest.FromHash(hash.GetHashAndReset()), size);
        }
    }
}
