using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Strata.Oci.Content;
using Strata.Oci.Documents;

namespace Strata.Oci.Registries;

/// <summary>
/// A blob's body over as many connections as it takes: after a cut or a silence it asks for the rest (RFC 9110 §14.2), and skips what
/// it has where the server answers with everything. Checks no digest: <see cref="VerifyingStream"/> does.
/// </summary>
internal sealed class ResumingStream(RegistrySession session, RegistryCall call, Descriptor blob) : ReadOnlyStream
{
    /// <summary>In all; a server that sends a few bytes per connection is no source.</summary>
    private const int ResumesMax = 100;

    private readonly IdleReader _idle = new(session.Options.IdleTimeout, session.Time);
    private HttpResponseMessage? _response;
    private Stream? _body;
    private EntityTagHeaderValue? _tag;
    private bool _lengthKnown;
    private long _offset;
    private int _failures; // since the last byte
    private int _resumes;

    /// <summary>Connects, so that absence is known before the first read.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _response = await session.SendAsync(_offset == 0 ? call : Rest(), cancellationToken).ConfigureAwait(false);
        var headers = _response.Content.Headers;
        long skip = 0;
        if (_response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (headers.ContentRange is not { From: { } from } range || from != _offset || (range.Length is { } length && length != blob.Size))
            {
                throw OciDiagnostics.WrongContent(call.What, "the registry answered with another part of it than was asked for");
            }
        }
        else if (_response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw OciDiagnostics.WrongContent(call.What, $"the registry has no bytes after {_offset} of {blob.Size}");
        }
        else
        {
            if (headers.ContentLength is { } length && length != blob.Size)
            {
                throw OciDiagnostics.WrongContent(call.What, $"it has {length} bytes, not {blob.Size}");
            }

            skip = _offset;
        }

        _lengthKnown = headers.ContentLength is not null;
        _tag = _response.Headers.ETag is { IsWeak: false } tag ? tag : null;
        _body = await _response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await SkipAsync(skip, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_offset == blob.Size && (_lengthKnown || _body is null))
            {
                return 0;
            }

            try
            {
                if (_body is null)
                {
                    await OpenAsync(cancellationToken).ConfigureAwait(false);
                }

                var read = await _idle.ReadAsync(_body!, buffer, cancellationToken).ConfigureAwait(false);
                if (read == 0 && _offset < blob.Size)
                {
                    throw new IOException($"it ended after {_offset} of {blob.Size} bytes");
                }

                _offset += read;
                _failures = read > 0 ? 0 : _failures;
                return read;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException && !cancellationToken.IsCancellationRequested)
            {
                CloseConnection();
                if (_offset < blob.Size)
                {
                    await PauseAsync(e, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task PauseAsync(Exception cause, CancellationToken cancellationToken)
    {
        var fault = Retries.AsTransient(cause, call.What) ?? new TransientException(Retries.Unavailable(cause, call.What));
        if (++_resumes > ResumesMax)
        {
            throw fault.Final;
        }

        await session.Retries.PauseAsync(fault, _failures++, cancellationToken).ConfigureAwait(false);
    }

    private RegistryCall Rest() => call with
    {
        Range = new RangeHeaderValue(_offset, null),
        IfRange = _tag,
        Expected = [HttpStatusCode.RequestedRangeNotSatisfiable],
    };

    private async Task SkipAsync(long count, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            while (count > 0)
            {
                var read = await _idle.ReadAsync(_body!, buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken).ConfigureAwait(false);
                count = read > 0 ? count - read : throw new IOException("it ended while it was read again");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void CloseConnection()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseConnection();
            _idle.Dispose();
        }

        base.Dispose(disposing);
    }
}
