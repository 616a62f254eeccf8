using System.Text;
using Strata.Core.Diagnostics;
using Strata.Execution.Commands;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Masking;
using Strata.Layers;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary>A step that failed is run once more, followed, to find out what it asked for in vain that its job has: what was forgotten in its declarations.</summary>
internal sealed class FailureTrace(HermeticJob job, SecretMasker masker)
{
    /// <summary>Not the job's to declare, or its own in each sandbox.</summary>
    private static readonly string[] Elsewhere = ["/proc", "/sys", "/dev", "/tmp", "/run"];

    private const int NamesMax = 1_000; // of one directory

    public async Task RunAsync(HermeticPlan plan, ISandbox live, StepLog log, CancellationToken cancellationToken)
    {
        TracedPaths traced;
        try
        {
            var output = new ObeyedOutput(new(masker, new StepEffects(), allowUnsecure: false, echo: false));
            var run = await HermeticSandbox.RunAsync(job, plan, new StepEffects(), output, output.EndAsync, traces: true, cancellationToken).ConfigureAwait(false);
            await using (run.ConfigureAwait(false))
            {
                traced = run.Traced!;
            }
        }
        catch (Exception e) when (e is IOException or EnvironmentException)
        {
            await log.SayAsync(LogKind.Debug, e.Message).ConfigureAwait(false);
            return;
        }

        var (inputs, root) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var path in traced.Missing.Where(IsAsked))
        {
            if (IsOutput(plan, path) || !await IsThereAsync(live, path, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            if (InWorkspace(path) is { } inside)
            {
                inputs.Add(inside);
            }
            else
            {
                root.Add(path);
            }
        }

        if (inputs.Count > 0)
        {
            await log.SayAsync(LogKind.Warning, $"not declared: it looked for {HermeticText.List([.. inputs])}, which the workspace has: add to 'inputs'.").ConfigureAwait(false);
        }
        else if (Beside(plan, live, traced) is { Count: > 0 } beside)
        {
            await log.SayAsync(LogKind.Warning, $"perhaps not declared: where it read the names of a directory, the workspace also has {HermeticText.List(beside)}: add to 'inputs' what it needs.").ConfigureAwait(false);
        }

        if (root.Count > 0)
        {
            await log.SayAsync(LogKind.Warning, $"not in the image: it looked for {HermeticText.List([.. root])}, which an earlier step made: put it into the image.").ConfigureAwait(false);
        }
    }

    /// <summary>Who reads the names of a directory, as Python does, asks for nothing that is not among them: what the job has beside them may be what it lacks.</summary>
    private static List<string> Beside(HermeticPlan plan, ISandbox live, TracedPaths traced)
    {
        MergedTree shown;
        try
        {
            shown = MergedTree.Of([LayerIndex.Open(plan.Workspace.Opened!.Image.IndexPath!)]);
        }
        catch (Exception e) when (e is IOException or DamagedLayerException)
        {
            return []; // it is only advice
        }

        var beside = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in traced.Found.Where(static path => path == SandboxSpec.WorkspacePath || InWorkspace(path) is not null))
        {
            var directory = InWorkspace(path) ?? "";
            if (shown.Find(Encoding.UTF8.GetBytes(directory))?.Entry.Kind is not EntryKind.Directory)
            {
                continue;
            }

            foreach (var name in NamesIn(live, path).Where(static name => name != ".git"))
            {
                var inside = directory.Length == 0 ? name : $"{directory}/{name}";
                if (shown.Find(Encoding.UTF8.GetBytes(inside)) is null && !IsOutput(plan, $"{SandboxSpec.WorkspacePath}/{inside}"))
                {
                    beside.Add(inside);
                }
            }
        }

        return [.. beside];
    }

    private static List<string> NamesIn(ISandbox live, string path)
    {
        using var directory = live.OpenDirectory(path);
        try
        {
            return directory is null ? []
                : [.. Directory.EnumerateFileSystemEntries($"/proc/self/fd/{directory.DangerousGetHandle()}").Select(static at => Path.GetFileName(at)).Order(StringComparer.Ordinal).Take(NamesMax)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // the job removed it, or keeps it to itself
        }
    }

    private static bool IsAsked(string path) =>
        !Array.Exists(Elsewhere, top => path == top || path.StartsWith($"{top}/", StringComparison.Ordinal));

    private static string? InWorkspace(string path) =>
        path.StartsWith($"{SandboxSpec.WorkspacePath}/", StringComparison.Ordinal) ? path[(SandboxSpec.WorkspacePath.Length + 1)..] : null;

    private static bool IsOutput(HermeticPlan plan, string path) =>
        InWorkspace(path) is { } inside && (plan.Outputs.Matches(inside) || plan.Outputs.Matches(inside, isDirectory: true));

    private static async Task<bool> IsThereAsync(ISandbox live, string path, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(path) >= 4096)
        {
            return false;
        }

        using var directory = live.OpenDirectory(path);
        if (directory is not null)
        {
            return true;
        }

        var file = await live.OpenFileAsync(path, cancellationToken).ConfigureAwait(false);
        if (file is not null)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }

        return file is not null;
    }
}
