using Strata.Execution.Commands;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Masking;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary><c>--suggest-inputs</c>: the step runs with the whole workspace, followed, and what it read becomes the shortest list that a person would write.</summary>
internal sealed class InputSuggestion(HermeticJob job, SecretMasker masker)
{
    private const int SiblingsMax = 8; // more files of one directory are a pattern

    /// <param name="plan">With everything as its inputs.</param>
    /// <exception cref="IOException">It cannot be followed.</exception>
    public async Task RunAsync(HermeticPlan plan, StepLog log, CancellationToken cancellationToken)
    {
        var output = new ObeyedOutput(new(masker, new StepEffects(), allowUnsecure: false, echo: false));
        var run = await HermeticSandbox.RunAsync(job, plan, new StepEffects(), output, output.EndAsync, traces: true, cancellationToken).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            var (files, directories) = Read(plan, run.Traced!);
            var ended = run.Outcome.ExitCode == 0 ? "" : $" (it failed with exit code {run.Outcome.ExitCode}: the list may be too short)";
            await log.SayAsync(LogKind.Notice, $"suggested for '{plan.Command.Title}'{ended}:").ConfigureAwait(false);
            await log.SayAsync(LogKind.Notice, $"inputs: [{string.Join(", ", Patterns(files, directories))}]").ConfigureAwait(false);
        }
    }

    /// <summary>What there was to read, or to be asked about: of the directories those whose names were read.</summary>
    private static (IReadOnlyList<string> Files, IReadOnlyList<string> Directories) Read(HermeticPlan plan, TracedPaths traced)
    {
        var shown = MergedTree.Of([LayerIndex.Open(plan.Workspace.Opened!.Image.IndexPath!)]);
        var (files, directories) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var (path, wasOpened) in traced.Found.Select(static path => (path, true)).Concat(traced.Seen.Select(static path => (path, false))))
        {
            if (!path.StartsWith($"{SandboxSpec.WorkspacePath}/", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var (at, kind) in WorkspaceLinks.Follow(shown, path[(SandboxSpec.WorkspacePath.Length + 1)..]))
            {
                if (kind is not EntryKind.Directory)
                {
                    files.Add(at);
                }
                else if (wasOpened)
                {
                    directories.Add(at);
                }
            }
        }

        return ([.. files], [.. directories]);
    }

    /// <summary>A directory whose names were read stands for all in it; many files of one directory for the directory.</summary>
    internal static IReadOnlyList<string> Patterns(IReadOnlyList<string> files, IReadOnlyList<string> directories)
    {
        var whole = new SortedSet<string>(directories, StringComparer.Ordinal);
        foreach (var group in files.GroupBy(DirectoryOf, StringComparer.Ordinal))
        {
            if (group.Key.Length > 0 && group.Count() > SiblingsMax)
            {
                whole.Add(group.Key);
            }
        }

        whole.RemoveWhere(directory => IsBelowAny(directory, whole));
        var patterns = new SortedSet<string>(whole.Select(static directory => $"{directory}/**"), StringComparer.Ordinal);
        patterns.UnionWith(files.Where(file => !IsBelowAny(file, whole)));
        return [.. patterns];
    }

    private static bool IsBelowAny(string path, SortedSet<string> directories)
    {
        for (var at = DirectoryOf(path); at.Length > 0; at = DirectoryOf(at))
        {
            if (directories.Contains(at))
            {
                return true;
            }
        }

        return false;
    }

    private static string DirectoryOf(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];
}
