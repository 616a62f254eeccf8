using System.Collections.Concurrent;
using Strata.Core.Diagnostics;
using Strata.Execution.Caches;
using Strata.Execution.Contexts;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Hermetic;
using Strata.Execution.History;
using Strata.Execution.Images;
using Strata.Execution.Masking;
using Strata.Execution.Sources;
using Strata.Images.Building;
using Strata.Layers.Secrets;
using Strata.Sandbox;

namespace Strata.Execution.Jobs;

/// <summary>What the jobs of one run share.</summary>
internal sealed record RunServices
{
    private readonly ConcurrentDictionary<Diagnostic, bool> _said = [];

    public required RunFacts Facts { get; init; }

    public required ISandboxHost Host { get; init; }

    /// <summary>What jobs restore and publish.</summary>
    public required RunEntries Entries { get; init; }

    public required IImageBuilder Images { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Host directory of the user.</summary>
    public required string WorkspaceDirectory { get; init; }

    /// <summary>The run was cancelled: what is being saved is given up.</summary>
    public required CancellationToken Stop { get; init; }

    /// <inheritdoc cref="Running.RunRequest.CachesOff"/>
    public required CachesOff? CachesOff { get; init; }

    /// <inheritdoc cref="Running.RunRequest.SuggestInputs"/>
    public required string? SuggestInputs { get; init; }

    /// <summary>See <see cref="Running.RunRequest.IsPresetActive"/>.</summary>
    public required Func<string, bool> IsPresetActive { get; init; }

    public required HitVerification Verification { get; init; }

    /// <summary>See <see cref="Running.RunRequest.Explain"/>.</summary>
    public required bool Explain { get; init; }

    public required ImageSelection Selection { get; init; }

    public required IFileHasher Hasher { get; init; }

    /// <summary>Captured once, when the first job needs it.</summary>
    public required Lazy<Task<CapturedWorkspace>> Workspace { get; init; }

    public required SecretMasker Masker { get; init; }

    public required EventPump Events { get; init; }

    public required RunDirectory Directory { get; init; }

    public required OutputQuota Quota { get; init; }

    public required TimeProvider Time { get; init; }

    public required bool Site { get; init; }

    /// <summary>Open a shell in the sandbox of a job's first failing step.</summary>
    public required bool ShellOnFailure { get; init; }

    /// <summary>Says, once a run, what this machine cannot enforce; the host knows when a sandbox has started.</summary>
    public async ValueTask SayNoticesAsync()
    {
        foreach (var notice in Host.Notices)
        {
            await SayOnceAsync(notice).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Says, once a run, which secrets are not looked for in what is stored. Not masked: the value of so short a one may be a word of this, and a mask there would give it away.
    /// </summary>
    public async ValueTask SayShortSecretsAsync()
    {
        foreach (var name in new SecretGate(Secrets).TooShort)
        {
            await SayOnceAsync(SecretDiagnostics.TooShort(name, null)).ConfigureAwait(false);
        }
    }

    /// <summary>Says it, once a run.</summary>
    public async ValueTask SayOnceAsync(Diagnostic notice)
    {
        if (_said.TryAdd(notice, true))
        {
            await Events.PublishAsync(notice).ConfigureAwait(false);
        }
    }
}
