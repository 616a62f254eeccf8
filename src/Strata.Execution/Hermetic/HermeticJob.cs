using Strata.Execution.Caches;
using Strata.Execution.Entries;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Sandbox;
using Strata.Tenancy;

namespace Strata.Execution.Hermetic;

/// <summary>What the hermetic steps of one attempt stand on.</summary>
internal sealed record HermeticJob
{
    public required JobAttempt Attempt { get; init; }

    public required JobTrees Trees { get; init; }

    /// <summary>Of the image, whatever the job made of its users.</summary>
    public required ImageUser User { get; init; }

    public required ResolvedImage Image { get; init; }

    public required ISandboxHost Host { get; init; }

    public required ResourceLimits Limits { get; init; }

    /// <summary>Values by name, for what is searched before it is kept.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Why there is no look-up and no save, but else the same; null: nobody switched them off.</summary>
    public required CachesOff? Off { get; init; }

    /// <summary>Why nothing can be looked for or kept though it should be; null: it can, or nobody wants it.</summary>
    public string? Unusable { get; init; }

    public bool UseCaches => Off is null && Unusable is null;

    /// <summary>Where the caches of these names are in this job; one that is not used has no places.</summary>
    public required Func<IEnumerable<string>, IReadOnlyList<NamedCache>> PlacesOf { get; init; }

    /// <summary>Whether what lies at a name of the workspace is nobody's to save: what is mounted there would be taken for something that was there before.</summary>
    public required Func<byte[], bool> MayMount { get; init; }

    /// <summary>All that the job stands on so far.</summary>
    public required Func<IReadOnlyList<Product>> Sources { get; init; }

    /// <summary>The job stands on this too, from now on.</summary>
    public required Action<Product> AddSource { get; init; }

    /// <summary>The step whose inputs are to be suggested; null: none.</summary>
    public required string? SuggestInputs { get; init; }

    /// <summary>Say of what was not found what is another than in the nearest entry.</summary>
    public required bool Explains { get; init; }

    public required HitVerification Verification { get; init; }

    public required TimeProvider Time { get; init; }
}
