using Strata.Core.Diagnostics;
using Strata.Execution.Masking;
using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>A cache of a job, with its preset applied and all text final.</summary>
internal sealed record CacheSpec
{
    /// <summary>Part of what it is found by.</summary>
    public required string Name { get; init; }

    /// <summary>What it is called in this job, where its name says too little: no part of what it is found by.</summary>
    public string ShownAs
    {
        get => field ?? Name;
        init;
    }

    /// <summary>The preset, else <c>custom</c>.</summary>
    public required string Type { get; init; }

    /// <summary>As written; one that begins with <c>!</c> is not saved although it is below another.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public required string Key { get; init; }

    public required IReadOnlyList<string> RestoreKeys { get; init; }

    /// <summary>Whether caches made in other images count.</summary>
    public required bool IsForAnyImage { get; init; }

    public required TimeSpan? Ttl { get; init; }

    public required TimeSpan? MaxAge { get; init; }

    public required CacheSave Save { get; init; }

    /// <summary>Every run saves what changed, under a key of its own.</summary>
    public required bool Rolling { get; init; }

    public required bool FailOnMiss { get; init; }

    public required bool LookupOnly { get; init; }

    /// <summary>As this run's workflow says it.</summary>
    public required bool? ShareWithForks { get; init; }

    /// <summary>For the job's steps, under what the workflow sets.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>What the key's expressions read, besides variables, by what they call it.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>Variables that the key's expressions read.</summary>
    public required IReadOnlyDictionary<string, string> InputEnv { get; init; }

    public required SourceSpan? At { get; init; }

    /// <summary>Why it is not used at all. Null: it is.</summary>
    public Diagnostic? Problem { get; init; }

    /// <summary>What is to be said of it, once a run.</summary>
    public IReadOnlyList<Diagnostic> Notices { get; init; } = [];

    /// <summary>What of this must not be stored nor shown; such a cache is not used.</summary>
    public SecretPart Secret { get; private init; }

    /// <summary>As it may be stored and shown.</summary>
    public CacheSpec Masked(SecretMasker masker)
    {
        var secret = masker.ContainsSecret(Key) ? SecretPart.Key : RestoreKeys.Any(masker.ContainsSecret) ? SecretPart.RestoreKey : Paths.Any(masker.ContainsSecret) ? SecretPart.Path : SecretPart.None;
        var problem = Problem is null ? null : Problem with { Message = masker.MaskText(Problem.Message) };
        return secret is SecretPart.None ? this with { Problem = problem, ShownAs = masker.MaskText(ShownAs) } : this with
        {
            Problem = problem,
            Secret = secret,
            Name = masker.MaskText(Name), // may be its paths
            ShownAs = masker.MaskText(ShownAs),
            Key = masker.MaskText(Key),
            RestoreKeys = [.. RestoreKeys.Select(masker.MaskText)],
            Paths = [.. Paths.Select(masker.MaskText)],
        };
    }
}

internal enum SecretPart
{
    None,
    Key,
    RestoreKey,
    Path,
}
