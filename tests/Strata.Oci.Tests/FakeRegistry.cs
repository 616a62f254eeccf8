using System.Globalization;
using System.Text;
using Strata.Core;
using Strata.Oci.Credentials;
using Strata.Oci.Documents;
using Strata.Oci.References;
using Strata.Oci.Registries;

namespace Strata.Oci.Tests;

/// <summary>Blobs and manifests behind <see cref="FakeServer"/>, with the ranges of RFC 9110; each test bends what it needs.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    private readonly FakeServer _server;

    public FakeRegistry(Func<FakeRegistry, FakeRequest, FakeResponse?>? bend = null) =>
        _server = new(request => bend?.Invoke(this, request) ?? Answer(request));

    public static RegistryOptions Quick { get; } = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        RetryDelayMax = TimeSpan.FromMilliseconds(5),
        RetryAfterMax = TimeSpan.FromSeconds(2),
        IdleTimeout = TimeSpan.FromMilliseconds(700),
    };

    public Dictionary<Digest, byte[]> Blobs { get; } = [];

    /// <summary>By tag or digest.</summary>
    public Dictionary<string, (string MediaType, byte[] Bytes)> Manifests { get; } = [];

    public string Host => _server.Host;

    public IReadOnlyList<FakeRequest> Requests => [.. _server.Requests];

    public Reference Reference(string tag = "latest") => References.Reference.Parse($"{Host}/team/app:{tag}");

    /// <summary>Any number of them, for any registry on loopback.</summary>
    public static RegistryClient Client(ICredentialSource? credentials = null, RegistryOptions? options = null) =>
        new(options ?? Quick, credentials ?? new AnonymousCredentials(), TimeProvider.System);

    public Descriptor AddBlob(byte[] content, string mediaType = MediaTypes.OciLayerGzip)
    {
        var descriptor = Descriptor.Of(mediaType, content);
        Blobs[descriptor.Digest] = content;
        return descriptor;
    }

    public Descriptor AddManifest(string mediaType, byte[] content, string? tag = null)
    {
        var descriptor = Descriptor.Of(mediaType, content);
        Manifests[descriptor.Digest.ToString()] = (mediaType, content);
        if (tag is not null)
        {
            Manifests[tag] = (mediaType, content);
        }

        return descriptor;
    }

    /// <summary>A sound image with one layer.</summary>
    public Descriptor AddImage(Platform platform, string? tag = null)
    {
        var layer = AddBlob(Encoding.UTF8.GetBytes($"layer of {platform}"));
        var config = DocumentWriter.Write(new ImageConfig { Platform = platform, DiffIds = [Digest.Of("plain"u8)] });
        var manifest = new Manifest { Config = AddBlob(config, MediaTypes.OciConfig), Layers = [layer] };
        return AddManifest(manifest.MediaType, DocumentWriter.Write(manifest), tag) with { Platform = platform };
    }

    public FakeResponse Answer(FakeRequest request)
    {
        var parts = request.Path.Split('/');
        return request.Method is not ("GET" or "HEAD") ? FakeResponse.Of(405)
            : parts is ["", "v2", ""] ? FakeResponse.Json(200, "{}")
            : parts is ["", "v2", .., "blobs", var digest] ? AnswerBlob(request, digest)
            : parts is ["", "v2", .., "manifests", var name] && Manifests.TryGetValue(name, out var manifest)
                ? new(200, manifest.Bytes, ("Content-Type", manifest.MediaType), ("Docker-Content-Digest", Digest.Of(manifest.Bytes).ToString()))
                : NotFound("MANIFEST_UNKNOWN");
    }

    public FakeResponse AnswerBlob(FakeRequest request, string name)
    {
        if (!Digest.TryParse(name, null, out var digest) || !Blobs.TryGetValue(digest, out var content))
        {
            return NotFound("BLOB_UNKNOWN");
        }

        if (request.Range is { } range)
        {
            var from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            return from >= content.Length
                ? FakeResponse.Of(416)
                : new(206, content[from..], ("ETag", "\"e\""), ("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}"));
        }

        return new(200, content, ("ETag", "\"e\""));
    }

    public static FakeResponse NotFound(string code) => FakeResponse.Json(404, $$"""{"errors":[{"code":"{{code}}","message":"not known"}]}""");

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

internal sealed class FixedCredentials(Credential? credential, string? problem = null) : ICredentialSource
{
    public ValueTask<CredentialLookup> FindAsync(string registry, string repository, CancellationToken cancellationToken) => new(new CredentialLookup(credential, problem));
}
