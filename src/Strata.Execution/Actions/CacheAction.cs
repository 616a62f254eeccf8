using Strata.Execution.Caches;
using Strata.Execution.Contexts;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Steps;
using Strata.Layers;
using Strata.Layers.Placing;
using Strata.Layers.Saving;
using Strata.Layers.Trees;
using Strata.Workflows.Model;

namespace Strata.Execution.Actions;

/// <summary>actions/cache, actions/cache/restore and actions/cache/save: caches as the job's steps go. What is found is written into the running job.</summary>
internal static class CacheAction
{
    /// <summary>Part of what these caches are found by: GitHub's have no names.</summary>
    private const string Name = "actions/cache";

    public static bool Is(StepAction action) => action is StepAction.BuiltIn { Name: "cache" or "cache/restore" or "cache/save" };

    /// <summary>In a job that cannot have caches: as if nothing were cached.</summary>
    /// <param name="why">As a clause.</param>
    public static async Task<StepOutcome> DoWithoutAsync(StepAction.BuiltIn action, LiveJob live, EvaluationScope scope, StepLog log, string why)
    {
        var inputs = await ActionInputs.EvaluateAsync(action, live, scope).ConfigureAwait(false);
        await log.SayAsync(LogKind.Warning, $"actions/{action.Name} does nothing: {why}").ConfigureAwait(false);
        return action.Name != "cache/save" && inputs.Flag("fail-on-cache-miss")
            ? StepOutcome.Failed($"nothing is cached (fail-on-cache-miss): {why}")
            : Restored(inputs.Text("key") ?? "", null, "");
    }

    /// <param name="saves">Whether it is saved when the job ends: actions/cache.</param>
    public static async Task<StepOutcome> RestoreAsync(
        ActionInputs inputs, StepAction.BuiltIn action, string? called, LiveJob live, CacheSession session, JobAttempt attempt, bool saves, CancellationToken cancellationToken)
    {
        var spec = SpecOf(inputs, action, called) with
        {
            Save = !saves ? CacheSave.Never : inputs.Flag("save-always") ? CacheSave.Always : CacheSave.OnSuccess,
            FailOnMiss = inputs.Flag("fail-on-cache-miss"),
            LookupOnly = inputs.Flag("lookup-only"),
        };
        var cache = await session.FindAsync(spec, saves: false, cancellationToken).ConfigureAwait(false);
        if (cache.Restored.Count > 0)
        {
            await PlaceAsync(cache, live, session, attempt, cancellationToken).ConfigureAwait(false);
        }

        var isFound = cache.Lookup?.Entry is not null;
        if (spec.FailOnMiss && !isFound && (cache.Unusable ?? cache.Lookup?.Reason) is { } why)
        {
            return StepOutcome.Failed($"nothing is cached for the key '{cache.Spec.Key}' (fail-on-cache-miss): {why}");
        }

        return Restored(spec.Key, cache.Lookup?.MatchedKey, cache.IsExactHit ? "true" : isFound ? "false" : "");
    }

    private static StepOutcome Restored(string key, string? matchedKey, string hit)
    {
        var outcome = StepOutcome.Succeeded();
        outcome.Effects.Outputs["cache-hit"] = hit;
        outcome.Effects.Outputs["cache-primary-key"] = key;
        outcome.Effects.Outputs["cache-matched-key"] = matchedKey ?? "";
        return outcome;
    }

    public static async Task<StepOutcome> SaveAsync(
        ActionInputs inputs, StepAction.BuiltIn action, string? called, LiveJob live, CacheSession session, CancellationToken cancellationToken)
    {
        var cache = await session.FindAsync(SpecOf(inputs, action, called), saves: true, cancellationToken).ConfigureAwait(false);
        if (cache.IsExactHit)
        {
            (cache.Save, cache.SaveReason) = (Caching.Entries.SaveOutcome.Skipped, "exact-hit");
            return StepOutcome.Succeeded();
        }

        await session.SaveNowAsync(cache, live.Sandbox, cancellationToken).ConfigureAwait(false);
        return StepOutcome.Succeeded();
    }

    private static CacheSpec SpecOf(ActionInputs inputs, StepAction.BuiltIn action, string? called) => new()
    {
        Name = Name,
        ShownAs = string.IsNullOrWhiteSpace(called) ? Name : called,
        Type = CacheReading.CustomType,
        Paths = inputs.Lines("path"),
        Key = inputs.Text("key") ?? "",
        RestoreKeys = inputs.Lines("restore-keys"),
        IsForAnyImage = false,
        Ttl = null,
        MaxAge = null,
        Save = CacheSave.OnSuccess,
        Rolling = false,
        FailOnMiss = false,
        LookupOnly = false,
        ShareWithForks = null,
        Env = new Dictionary<string, string>(),
        Inputs = inputs.Key.Values,
        InputEnv = inputs.Key.Env,
        At = action.At,
    };

    /// <summary>What cannot be placed is a miss; names that were placed before stay.</summary>
    private static async Task PlaceAsync(JobCache cache, LiveJob live, CacheSession session, JobAttempt attempt, CancellationToken cancellationToken)
    {
        var format = live.Sandbox.UpperFormat;
        var placement = new LivePlacement(new OwnerPolicy(format.OwnerShift, format.IdMax), attempt.Services.Layers.Scratch);
        try
        {
            foreach (var place in cache.Places)
            {
                if (!cache.Restored.TryGetValue(place.Path, out var layers) || cache.PlaceOf(place) is not { } to)
                {
                    continue;
                }

                using var directory = live.Sandbox.OpenDirectory(to.Directory, (live.User.UserId, live.User.GroupId))
                    ?? throw new IOException($"{to.Directory} is there and no directory");
                await placement.MergeAsync(directory, [.. layers.Select(LowerLayer.Of)], cancellationToken).ConfigureAwait(false);
            }

            cache.IsInUpper = true;
        }
        catch (Exception e) when (e is IOException or DamagedLayerException or HostileArchiveException)
        {
            await session.LoseAsync(cache, e.Message).ConfigureAwait(false);
        }
    }
}
