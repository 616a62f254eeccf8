using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Model;

/// <summary>An entry of <c>images:</c>, or an inline <c>image: {from, steps}</c> (then <see cref="Name"/> is null).</summary>
public sealed record ImageDefinition
{
    public required string? Name { get; init; }

    public required SourceSpan At { get; init; }

    public required Located<BaseReference> From { get; init; }

    /// <summary>Debian packages to add to a <c>debootstrap:</c> base, sorted by nothing: as written.</summary>
    public required IReadOnlyList<Located<string>> Packages { get; init; }

    public required IReadOnlyList<EnvironmentVariable> Env { get; init; }

    public required Located<string>? User { get; init; }

    public required Located<string>? WorkingDirectory { get; init; }

    public required bool Network { get; init; }

    public required IReadOnlyList<KeyValuePair<string, Located<string>>> Args { get; init; }

    /// <summary>Of each command of its steps.</summary>
    public required Resources Resources { get; init; }

    /// <summary>Steps with network are built again once older.</summary>
    public required TimeSpan? MaxAge { get; init; }

    public required IReadOnlyList<ImageStep> Steps { get; init; }
}

/// <summary>What an image starts from.</summary>
public abstract record BaseReference
{
    /// <summary>A Debian or Ubuntu suite, through mmdebstrap.</summary>
    public sealed record Debootstrap(string Suite) : BaseReference;

    /// <summary>A tar of a root file system: absolute, or in the workspace.</summary>
    public sealed record RootFs(string Path) : BaseReference;

    /// <summary>An OCI reference, as written.</summary>
    public sealed record Oci(string Reference) : BaseReference;

    /// <summary><c>images.NAME</c>.</summary>
    public sealed record Definition(string Name) : BaseReference;
}

/// <summary>One instruction of an image definition.</summary>
public abstract record ImageStep(SourceSpan At)
{
    public sealed record Run(
        Located<string> Command,
        Located<string>? Shell,
        IReadOnlyList<KeyValuePair<string, Located<string>>> Env,
        IReadOnlyList<KeyValuePair<string, Located<string>>> Args,
        IReadOnlyList<Located<string>> Secrets,
        bool Network,
        TimeSpan? Timeout,
        SourceSpan At) : ImageStep(At);

    /// <param name="FromImage">Another definition's name or an OCI reference (multi-stage), or null for the workspace.</param>
    public sealed record Copy(
        IReadOnlyList<Located<string>> From,
        Located<string> To,
        IReadOnlyList<Located<string>> Exclude,
        string? Mode,
        string? Owner,
        Located<string>? FromImage,
        SourceSpan At) : ImageStep(At);

    public sealed record SetEnv(IReadOnlyList<KeyValuePair<string, Located<string>>> Values, SourceSpan At) : ImageStep(At);

    public sealed record SetWorkingDirectory(Located<string> Path, SourceSpan At) : ImageStep(At);

    public sealed record SetUser(Located<string> Name, SourceSpan At) : ImageStep(At);
}

/// <summary>The <c>image:</c> or <c>container:</c> of a job.</summary>
public abstract record ImageChoice(SourceSpan At)
{
    /// <summary>A definition of the workflow if one has that name, else a base reference (OCI, or debootstrap: / rootfs:). May hold expressions (matrix).</summary>
    public sealed record Named(Template Reference, SourceSpan At) : ImageChoice(At);

    public sealed record Inline(ImageDefinition Definition, SourceSpan At) : ImageChoice(At);

    /// <summary><c>container:</c> with its environment; options Strata does not know are in Job.Unsupported.</summary>
    public sealed record Container(Template Reference, IReadOnlyList<EnvironmentVariable> Env, SourceSpan At) : ImageChoice(At);
}

public enum CacheSave
{
    OnSuccess,
    Always,
    Never,
}

/// <summary>An entry of <c>caches:</c>, or an inline one of a job (then <see cref="Name"/> is null). Null members: the preset's or the documented default.</summary>
public sealed record CacheDeclaration
{
    public required string? Name { get; init; }

    public required SourceSpan At { get; init; }

    public required Located<string>? Preset { get; init; }

    public required IReadOnlyList<Located<Template>> Paths { get; init; }

    public required Located<Template>? Key { get; init; }

    /// <summary>Empty: none, the preset's neither.</summary>
    public required IReadOnlyList<Located<Template>>? RestoreKeys { get; init; }

    public required IReadOnlyList<Located<string>>? Vary { get; init; }

    public required TimeSpan? Ttl { get; init; }

    public required TimeSpan? MaxAge { get; init; }

    public required CacheSave? Save { get; init; }

    public required bool? Rolling { get; init; }

    public required bool FailOnMiss { get; init; }

    public required bool LookupOnly { get; init; }

    /// <summary>Counts as protected refs say it alone.</summary>
    public required bool? ShareWithForks { get; init; }
}

/// <summary>An item of a job's <c>caches:</c>.</summary>
public abstract record CacheUse(SourceSpan At)
{
    public sealed record Named(string Name, SourceSpan At) : CacheUse(At);

    public sealed record Inline(CacheDeclaration Declaration, SourceSpan At) : CacheUse(At);
}

public enum ArtifactIfEmpty
{
    Error,
    Warn,
    Ignore,
}

public enum ArtifactWhen
{
    OnSuccess,
    OnFailure,
    Always,
}

/// <summary>An item of <c>artifacts:</c>.</summary>
public sealed record ArtifactDeclaration(
    Located<Template> Name,
    IReadOnlyList<Located<Template>> Path,
    TimeSpan? Retention,
    ArtifactIfEmpty IfEmpty,
    ArtifactWhen When,
    IReadOnlyList<Located<string>> AllowSecretsIn,
    SourceSpan At);

/// <summary>An entry of <c>artifacts-from:</c>.</summary>
/// <param name="Name">Evaluated before the job starts: matrix, vars, inputs, needs.</param>
/// <param name="Job">The job of this workflow that produces it, if known.</param>
/// <param name="Run">An explicit other run, or null for this one.</param>
/// <param name="TrustFork">The user accepts an artifact made by a fork's run.</param>
public sealed record ArtifactInput(
    Template Name, Located<Template> Path, string? Job, Located<Template>? Run, bool Optional, bool TrustFork, SourceSpan At);
