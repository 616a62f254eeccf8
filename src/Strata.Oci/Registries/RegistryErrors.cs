using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Oci.Registries;

internal sealed record WireError(
    [property: JsonPropertyName("code")] string? Code,
    [property: JsonPropertyName("message")] string? Message);

/// <summary>OCI's <c>errors</c>; some token servers write <c>details</c> or <c>message</c> instead.</summary>
internal sealed record WireErrors(
    [property: JsonPropertyName("errors")] IReadOnlyList<WireError?>? Errors,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("details")] JsonElement? Details);

[JsonSerializable(typeof(WireErrors))]
[JsonSerializable(typeof(WireToken))]
[JsonSerializable(typeof(WireTags))]
internal sealed partial class RegistryJson : JsonSerializerContext;

/// <summary>An answer that is no success, as an exception that says what the registry said.</summary>
internal static class RegistryErrors
{
    public const int BodyBytesMax = 64 << 10;
    private const int ErrorsShownMax = 3;

    /// <param name="body">Up to <see cref="BodyBytesMax"/> of it.</param>
    public static OciException From(HttpStatusCode status, byte[] body, string what, string? credentialNote)
    {
        var (code, said) = Read(body);
        var detail = said.Length == 0 ? $"It answered {(int)status}." : $"It answered {(int)status}: {said}";
        return (status, code) switch
        {
            (HttpStatusCode.TooManyRequests, _) or (_, "TOOMANYREQUESTS") => OciDiagnostics.RateLimited(what, detail),
            (HttpStatusCode.Forbidden, _) or (_, "DENIED") => OciDiagnostics.Denied(what, detail),
            (HttpStatusCode.Unauthorized, _) => OciDiagnostics.Unauthorized(what, detail, credentialNote),
            (HttpStatusCode.NotFound, _) => OciDiagnostics.NotFound(what, detail),
            (>= HttpStatusCode.InternalServerError, _) or (HttpStatusCode.RequestTimeout, _) =>
                OciDiagnostics.Unavailable(what, $"it has a fault ({(int)status})", detail),
            _ => OciDiagnostics.Refused(what, detail),
        };
    }

    public static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - time.GetUtcNow() is var wait && wait > TimeSpan.Zero => wait,
        _ => null,
    };

    private static (string? Code, string Said) Read(byte[] body)
    {
        try
        {
            var wire = JsonSerializer.Deserialize(body, RegistryJson.Default.WireErrors);
            if (wire?.Errors is { Count: > 0 } errors)
            {
                var said = string.Join("; ", errors.Take(ErrorsShownMax).Select(error => OciDiagnostics.Shown($"{error?.Code}: {error?.Message}".Trim(' ', ':'))));
                return (errors[0]?.Code, said);
            }

            var text = wire?.Message ?? (wire?.Details is { ValueKind: JsonValueKind.String } details ? details.GetString() : null);
            return (null, OciDiagnostics.Shown(text ?? ""));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            var text = Encoding.UTF8.GetString(body).Trim();
            return (null, text.StartsWith('<') ? "" : OciDiagnostics.Shown(text)); // a page for people says nothing here
        }
    }
}
