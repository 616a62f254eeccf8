using System.Collections.Frozen;

namespace Strata.Oci.Registries;

/// <summary>How registries are talked to. The defaults suit the internet; tests shorten them.</summary>
public sealed record RegistryOptions
{
    /// <summary><c>host</c> (any port) or <c>host:port</c> spoken to over plain http. Loopback needs no entry.</summary>
    public IReadOnlySet<string> InsecureHosts { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The same for registries on this machine that have TLS nonetheless.</summary>
    public IReadOnlySet<string> SecureHosts { get; init; } = FrozenSet<string>.Empty;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From a request without a body to the head of its answer.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Without a single byte, in either direction, before a transfer counts as stalled and is resumed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>From the last byte of an upload to the answer: the registry may hash all of it.</summary>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Further tries after the first, without progress between them.</summary>
    public int RetriesMax { get; init; } = 5;

    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A server that asks for a longer pause (Retry-After) is not waited for.</summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Blobs up to this size are sent with one request, larger ones so that they can be resumed.</summary>
    public int MonolithicBytesMax { get; init; } = 4 << 20;

    /// <summary>Bytes per PATCH of a large upload; null = one PATCH for all of it, resumed where it was cut.</summary>
    public int? UploadChunkBytes { get; init; }
}
