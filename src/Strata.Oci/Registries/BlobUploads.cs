using System.Net;
using Strata.Core;
using Strata.Oci.Content;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>
/// POST → (PATCH…) → PUT. A cut PATCH is continued where the registry says it stopped; an upload the registry has forgotten is begun
/// again. Only the PUT publishes, so what is abandoned was never visible.
/// </summary>
internal sealed class BlobUploads(RegistrySession session)
{
    public async Task<bool> HasAsync(Reference repository, Digest digest, bool pushes, CancellationToken cancellationToken)
    {
        var call = new RegistryCall(HttpMethod.Head, repository, session.UrlOf(repository, $"blobs/{digest}"))
        {
            What = $"blob {digest.Short} of {repository.ToShortString()}",
            Pushes = pushes,
            Expected = [HttpStatusCode.NotFound],
        };
        using var response = await session.SendAsync(call, cancellationToken).ConfigureAwait(false);
        return response.StatusCode != HttpStatusCode.NotFound;
    }

    public async Task<PushOutcome> PushAsync(Reference repository, BlobSource blob, string? mountFrom, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            if (await HasAsync(repository, blob.Descriptor.Digest, pushes: true, cancellationToken).ConfigureAwait(false))
            {
                return failures == 0 ? PushOutcome.AlreadyPresent : PushOutcome.Uploaded; // the answer to the last PUT was lost
            }

            try
            {
                var (location, mounted) = await StartAsync(repository, blob, mountFrom, cancellationToken).ConfigureAwait(false);
                if (mounted)
                {
                    return PushOutcome.Mounted;
                }

                var upload = new UploadSession(session, repository, blob, location!);
                await (blob.Descriptor.Size <= session.Options.MonolithicBytesMax
                    ? upload.PutAllAsync(cancellationToken)
                    : upload.PatchAndPutAsync(cancellationToken)).ConfigureAwait(false);
                return PushOutcome.Uploaded;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && Retries.AsTransient(e, $"blob {blob.Descriptor.Digest.Short}") is { } fault)
            {
                await session.Retries.PauseAsync(fault, failures, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<(Uri? Location, bool Mounted)> StartAsync(Reference repository, BlobSource blob, string? mountFrom, CancellationToken cancellationToken)
    {
        var query = mountFrom is null ? "" : $"?mount={Uri.EscapeDataString(blob.Descriptor.Digest.ToString())}&from={Uri.EscapeDataString(mountFrom)}";
        var call = new RegistryCall(HttpMethod.Post, repository, session.UrlOf(repository, $"blobs/uploads/{query}"))
        {
            What = $"an upload to {repository.ToShortString()}",
            Pushes = true,
            AlsoPulls = mountFrom,
            Content = _ => new ByteArrayContent([]),
        };
        HttpResponseMessage response;
        try
        {
            response = await session.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (OciException e) when (mountFrom is not null && e.Failure is OciFailure.Unauthorized or OciFailure.Denied or OciFailure.NotFound)
        {
            return await StartAsync(repository, blob, null, cancellationToken).ConfigureAwait(false); // may not read there: send it
        }

        using (response)
        {
            return response.StatusCode == HttpStatusCode.Created && mountFrom is not null
                ? (null, true)
                : (UploadSession.LocationOf(session, call, response), false);
        }
    }
}
