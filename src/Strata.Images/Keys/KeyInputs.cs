using Strata.Core;

namespace Strata.Images.Keys;

/// <summary>Everything a layer is made of. Null is absent, which is not the same as empty. Texts count byte by byte.</summary>
internal sealed record KeyInputs
{
    /// <summary>The snapshot digest of all layers below.</summary>
    public required Digest Below { get; init; }

    /// <summary><c>run</c>, <c>copy</c> or <c>workdir</c>.</summary>
    public required string Instruction { get; init; }

    /// <summary>OS and architecture.</summary>
    public required string Platform { get; init; }

    public string? Command { get; init; }

    public string? Shell { get; init; }

    /// <summary>What the step sees, without what differs from host to host.</summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Those the step names: <see cref="NamedArgs"/>.</summary>
    public IReadOnlyDictionary<string, string>? Args { get; init; }

    /// <summary>Of what is copied: <see cref="Copying.PlannedCopy.Files"/>.</summary>
    public Digest? Files { get; init; }

    /// <summary>As written.</summary>
    public string? To { get; init; }

    public uint? Mode { get; init; }

    /// <summary>As written.</summary>
    public string? Owner { get; init; }

    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    public bool? Network { get; init; }
}
