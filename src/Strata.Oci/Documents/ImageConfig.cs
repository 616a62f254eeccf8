using Strata.Core;

namespace Strata.Oci.Documents;

/// <summary>How an image is run, and what its layers are once unpacked (OCI image-spec, config.md).</summary>
public sealed record ImageConfig
{
    public const int SizeBytesMax = 8 << 20;

    public required Platform Platform { get; init; }

    /// <summary>RFC 3339, as written; null = not said.</summary>
    public string? Created { get; init; }

    public string? Author { get; init; }

    /// <summary><c>NAME=VALUE</c>, in order.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    /// <summary><c>user</c>, <c>uid</c>, <c>user:group</c>, <c>uid:gid</c> or any mixture; empty = root.</summary>
    public string User { get; init; } = "";

    /// <summary>Empty = <c>/</c>.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Null = not set, which is not the same as empty.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Docker's: the shell of commands written as text; null = /bin/sh -c.</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = Annotation.None;

    public IReadOnlyList<string> ExposedPorts { get; init; } = [];

    public IReadOnlyList<string> Volumes { get; init; } = [];

    public string? StopSignal { get; init; }

    /// <summary>Digest of each layer's uncompressed tar, bottom first: as many as the manifest has layers.</summary>
    public required IReadOnlyList<Digest> DiffIds { get; init; }

    public IReadOnlyList<HistoryEntry> History { get; init; } = [];

    /// <summary><see cref="Env"/> split; the last of equal names counts, entries without a name or a '=' do not.</summary>
    public IReadOnlyDictionary<string, string> Variables()
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (var entry in Env)
        {
            if (entry.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                variables[entry[..equals]] = entry[(equals + 1)..];
            }
        }

        return variables;
    }
}

/// <summary>What made a layer; an empty one changed only the config.</summary>
/// <param name="Created">RFC 3339. Optional in the specification; umoci cannot show images that leave it out, so set it in what is written.</param>
public sealed record HistoryEntry(string? Created, string? CreatedBy, string? Comment, bool EmptyLayer);
