using System.Net;
using Strata.Core;
using Strata.Oci.Content;
using Strata.Oci.Credentials;
using Strata.Oci.Documents;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>
/// The distribution protocol (registry API v2). Safe for concurrent use; one for a whole process keeps connections and tokens. Connects
/// only when asked. All failures are <see cref="OciException"/>; what it returns has the digest and size it was asked for.
/// </summary>
public sealed class RegistryClient : IDisposable
{
    private readonly RegistrySession _session;
    private readonly ManifestCalls _manifests;
    private readonly BlobUploads _uploads;

    public RegistryClient(RegistryOptions options, ICredentialSource credentials, TimeProvider time)
        : this(options, credentials, time, NewHandler(options))
    {
    }

    internal RegistryClient(RegistryOptions options, ICredentialSource credentials, TimeProvider time, HttpMessageHandler handler)
    {
        _session = new(new HttpMessageInvoker(handler, disposeHandler: true), options, credentials, time);
        _manifests = new(_session);
        _uploads = new(_session);
    }

    /// <summary>Whether the registry answers, and accepts the credentials there are.</summary>
    public async Task PingAsync(Reference repository, CancellationToken cancellationToken)
    {
        var url = new Uri(_session.Policy.BaseOf(repository.Registry), "v2/");
        using var response = await _session.SendAsync(
            new(HttpMethod.Get, repository, url) { What = repository.Registry }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether this client has used a credential for the repository so far: then what came from there is not for everybody.</summary>
    public bool UsedCredentials(Reference repository) => _session.UsedCredentials(repository);

    /// <summary>What a tag or digest names now, by one HEAD. Null = the registry has no such thing.</summary>
    public Task<Descriptor?> FindManifestAsync(Reference reference, CancellationToken cancellationToken) =>
        _manifests.FindAsync(reference, cancellationToken);

    /// <summary>The manifest or index itself, checked against the digest if the reference has one.</summary>
    public Task<ManifestContent> GetManifestAsync(Reference reference, CancellationToken cancellationToken) =>
        _manifests.GetAsync(reference, null, cancellationToken);

    /// <summary>Manifest and config for one platform; of an index, only that platform's manifest is fetched.</summary>
    public Task<ImageDescription> GetImageAsync(Reference reference, Platform platform, CancellationToken cancellationToken) =>
        new ImageResolution(_manifests, this).GetAsync(reference, platform, cancellationToken);

    /// <summary>A blob's bytes, resumed after cuts and silences; see <see cref="VerifyingStream"/> for what a reader may rely on.</summary>
    public async Task<VerifyingStream> OpenBlobAsync(Reference repository, Descriptor blob, CancellationToken cancellationToken)
    {
        var call = new RegistryCall(HttpMethod.Get, repository, _session.UrlOf(repository, $"blobs/{blob.Digest}")) { What = $"blob {blob.Digest.Short} of {repository.ToShortString()}" };
        var body = new ResumingStream(_session, call, blob);
        try
        {
            await body.OpenAsync(cancellationToken).ConfigureAwait(false);
            return new(body, blob, call.What);
        }
        catch
        {
            await body.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>All of a small blob.</summary>
    public async Task<byte[]> GetBlobAsync(Reference repository, Descriptor blob, int sizeBytesMax, CancellationToken cancellationToken)
    {
        if (blob.Size > sizeBytesMax)
        {
            throw OciDiagnostics.BadDocument($"blob {blob.Digest.Short}", $"it has {blob.Size} bytes, more than {sizeBytesMax}");
        }

        var stream = await OpenBlobAsync(repository, blob, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[blob.Size];
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            await stream.DrainAsync(cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }

    public Task<bool> HasBlobAsync(Reference repository, Digest digest, CancellationToken cancellationToken) =>
        _uploads.HasAsync(repository, digest, pushes: false, cancellationToken);

    /// <summary>Sends a blob unless the registry has it, or takes it over from another repository there.</summary>
    /// <param name="mountFrom">A repository of the same registry that may have it; null = none.</param>
    public Task<PushOutcome> PushBlobAsync(Reference repository, BlobSource blob, string? mountFrom, CancellationToken cancellationToken) =>
        _uploads.PushAsync(repository, blob, mountFrom, cancellationToken);

    /// <summary>Publishes a manifest or index under the reference's tag, or its digest if it has no tag. What it names must be there already.</summary>
    public Task<Descriptor> PushManifestAsync(Reference reference, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        _manifests.PutAsync(reference, mediaType, content, cancellationToken);

    public IAsyncEnumerable<string> ListTagsAsync(Reference repository, CancellationToken cancellationToken) =>
        new TagList(_session).ListAsync(repository, cancellationToken);

    public void Dispose() => _session.Dispose();

    private static SocketsHttpHandler NewHandler(RegistryOptions options) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        Proxy = new LoopbackBypassProxy(HttpClient.DefaultProxy),
        UseCookies = false,
    };
}
