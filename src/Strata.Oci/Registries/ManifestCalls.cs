using System.Net;
using System.Net.Http.Headers;
using Strata.Core;
using Strata.Oci.Documents;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>HEAD, GET and PUT of manifests.</summary>
internal sealed class ManifestCalls(RegistrySession session)
{
    public async Task<Descriptor?> FindAsync(Reference reference, CancellationToken cancellationToken)
    {
        using (var response = await session.SendAsync(
            CallOf(HttpMethod.Head, reference) with { Expected = [HttpStatusCode.NotFound] }, cancellationToken).ConfigureAwait(false))
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            if (DigestOf(response) is { } digest && response.Content.Headers.ContentLength is { } length and >= 0 && TypeOf(response) is { } type)
            {
                return reference.Digest is null || reference.Digest == digest
                    ? new() { MediaType = type, Digest = digest, Size = length }
                    : throw OciDiagnostics.WrongContent(reference.ToShortString(), $"the registry says that its digest is {digest}");
            }
        }

        try
        {
            return (await GetAsync(reference, null, cancellationToken).ConfigureAwait(false)).Descriptor; // a registry that tells nothing by HEAD
        }
        catch (OciException e) when (e.Failure == OciFailure.NotFound)
        {
            return null;
        }
    }

    /// <param name="expected">What an index said about it; null = nothing is known.</param>
    public async Task<ManifestContent> GetAsync(Reference reference, Descriptor? expected, CancellationToken cancellationToken)
    {
        var (response, body) = await session.GetAsync(CallOf(HttpMethod.Get, reference), Manifest.SizeBytesMax, cancellationToken).ConfigureAwait(false);
        var digest = Digest.Of(body);
        var wanted = expected?.Digest ?? reference.Digest ?? DigestOf(response);
        if (wanted is not null && wanted != digest)
        {
            throw OciDiagnostics.WrongContent(reference.ToShortString(), $"its digest is {digest}, not {wanted}");
        }

        if (expected is not null && expected.Size != body.Length)
        {
            throw OciDiagnostics.WrongContent(reference.ToShortString(), $"it has {body.Length} bytes, not {expected.Size}");
        }

        var announced = TypeOf(response);
        if (announced?.StartsWith("application/vnd.docker.distribution.manifest.v1+", StringComparison.Ordinal) == true)
        {
            throw OciDiagnostics.Unsupported(reference.ToShortString(), "its manifest has docker's old format, schema version 1");
        }

        var (manifest, index) = DocumentReader.ReadManifest(body, expected?.MediaType ?? announced);
        return new(new() { MediaType = manifest?.MediaType ?? index!.MediaType, Digest = digest, Size = body.Length }, body, manifest, index);
    }

    public async Task<Descriptor> PutAsync(Reference reference, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var descriptor = Descriptor.Of(mediaType, content.Span);
        if (reference.Digest is { } named && named != descriptor.Digest)
        {
            throw new ArgumentException($"The manifest's digest is {descriptor.Digest}, not that of {reference}.", nameof(reference));
        }

        var call = CallOf(HttpMethod.Put, reference) with
        {
            Url = session.UrlOf(reference, $"manifests/{reference.Tag ?? descriptor.Digest.ToString()}"),
            Pushes = true,
            Content = _ => new ReadOnlyMemoryContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        };
        using var response = await session.SendAsync(call, cancellationToken).ConfigureAwait(false);
        return DigestOf(response) is { } stored && stored != descriptor.Digest
            ? throw OciDiagnostics.WrongContent(reference.ToShortString(), $"the registry stored {stored}, not {descriptor.Digest}")
            : descriptor;
    }

    private RegistryCall CallOf(HttpMethod method, Reference reference) => new(method, reference, session.UrlOf(reference, $"manifests/{reference.TagOrDigest}"))
    {
        What = reference.ToShortString(),
        Accept = MediaTypes.Manifests,
    };

    private static Digest? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.FirstOrDefault(), null, out var digest) ? digest : null;

    /// <summary>Simple servers of files say nothing useful about types.</summary>
    private static string? TypeOf(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is { } type && type.StartsWith("application/vnd.", StringComparison.Ordinal) ? type : null;
}
