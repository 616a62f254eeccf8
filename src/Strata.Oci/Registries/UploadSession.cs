using System.Globalization;
using System.Net;
using Strata.Oci.Content;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>One upload a registry has begun: its address changes with each answer.</summary>
internal sealed class UploadSession(RegistrySession session, Reference repository, BlobSource blob, Uri location)
{
    private readonly string _what = $"blob {blob.Descriptor.Digest.Short} for {repository.ToShortString()}";
    private Uri _location = location;

    public async Task PutAllAsync(CancellationToken cancellationToken) =>
        await FinishAsync(watch => new UploadContent(blob, 0, blob.Descriptor.Size, watch), cancellationToken).ConfigureAwait(false);

    public async Task PatchAndPutAsync(CancellationToken cancellationToken)
    {
        long sent = 0;
        for (var failures = 0; sent < blob.Descriptor.Size;)
        {
            var before = sent;
            try
            {
                sent = await PatchAsync(sent, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && Retries.AsTransient(e, _what) is { } fault)
            {
                await session.Retries.PauseAsync(fault, failures++, cancellationToken).ConfigureAwait(false);
                sent = await AskOffsetAsync(cancellationToken).ConfigureAwait(false);
            }

            failures = sent > before ? 0 : failures;
        }

        await FinishAsync(_ => new ByteArrayContent([]), cancellationToken).ConfigureAwait(false);
    }

    /// <returns>How many bytes the registry then has.</returns>
    private async Task<long> PatchAsync(long offset, CancellationToken cancellationToken)
    {
        var length = Math.Min(session.Options.UploadChunkBytes ?? long.MaxValue, blob.Descriptor.Size - offset);
        var call = CallOf(HttpMethod.Patch, _location) with
        {
            Content = watch =>
            {
                // Not "bytes a-b/total" as in RFC 9110: the distribution specification has its own form.
                var range = string.Create(CultureInfo.InvariantCulture, $"{offset}-{offset + length - 1}");
                var content = new UploadContent(blob, offset, length, watch);
                content.Headers.TryAddWithoutValidation("Content-Range", range);
                return content;
            },
            Expected = [HttpStatusCode.RequestedRangeNotSatisfiable],
        };
        using var response = await session.SendOnceAsync(call, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new IOException("the registry has another number of bytes"); // asked for, then continued
        }

        _location = LocationOf(session, call, response);
        return offset + length;
    }

    private async Task<long> AskOffsetAsync(CancellationToken cancellationToken)
    {
        var call = CallOf(HttpMethod.Get, _location) with { Expected = [HttpStatusCode.NotFound] };
        using var response = await session.SendAsync(call, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            throw new TransientException(OciDiagnostics.Unavailable(_what, "it forgot the upload", "Run again."));
        }

        if (response.Headers.Location is not null)
        {
            _location = LocationOf(session, call, response);
        }

        return OffsetOf(response) is { } offset && offset <= blob.Descriptor.Size
            ? offset
            : throw new TransientException(OciDiagnostics.Unavailable(_what, "it does not say how much it has", "Run again."));
    }

    private async Task FinishAsync(Func<ResponseWatch, HttpContent> content, CancellationToken cancellationToken)
    {
        var text = _location.OriginalString;
        var url = new Uri($"{text}{(text.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={Uri.EscapeDataString(blob.Descriptor.Digest.ToString())}");
        using var response = await session.SendOnceAsync(CallOf(HttpMethod.Put, url) with { Content = content }, cancellationToken).ConfigureAwait(false);
    }

    private RegistryCall CallOf(HttpMethod method, Uri url) => new(method, repository, url) { What = _what, Pushes = true };

    /// <summary><c>Range: 0-N</c>, N included; an upload without bytes is <c>0-0</c> with some and has no range with other registries.</summary>
    private static long? OffsetOf(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Range", out var values))
        {
            return 0;
        }

        var range = values.First();
        range = range.StartsWith("bytes=", StringComparison.Ordinal) ? range["bytes=".Length..] : range;
        return range.Split('-') is ["0", var last] && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end < long.MaxValue
            ? end == 0 ? 0 : end + 1
            : null;
    }

    public static Uri LocationOf(RegistrySession session, RegistryCall call, HttpResponseMessage response) =>
        response.Headers.Location is { } location
            ? session.Policy.Follow(call.Url, location, "upload's address")
            : throw OciDiagnostics.Refused(call.What, "It gave no address to upload to.");
}
