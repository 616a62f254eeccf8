using System.ComponentModel;
using System.Diagnostics;
using Strata.Core.Diagnostics;

namespace Strata.Layers.Sources;

/// <summary>Runs git so that the repository cannot make it run anything else: no hooks, no fsmonitor, no pager, no variables of the caller's.</summary>
internal static class GitProcess
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <returns>All of stdout.</returns>
    public static async Task<byte[]> RunAsync(
        GitState state, string directory, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = new Process();
        process.StartInfo = Start(state, directory, arguments);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new EnvironmentException(SourceDiagnostics.GitMissing(), e);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            using var output = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token).ConfigureAwait(false);
            var message = await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return process.ExitCode == 0
                ? output.ToArray()
                : throw new EnvironmentException(SourceDiagnostics.GitFailed(state.WorkTree, message.Trim()));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new EnvironmentException(SourceDiagnostics.GitFailed(state.WorkTree, $"It took longer than {TimeLimit.TotalMinutes:0} minutes."));
        }
    }

    internal static ProcessStartInfo Start(GitState state, string directory, IReadOnlyList<string> arguments)
    {
        string[] always = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*"];
        var start = new ProcessStartInfo("git", [.. always, .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = new Dictionary<string, string?>();
        foreach (var name in (string[])["PATH", "HOME", "XDG_CONFIG_HOME"]) // the user's own ignore file counts
        {
            kept[name] = Environment.GetEnvironmentVariable(name);
        }

        start.Environment.Clear();
        foreach (var (name, value) in kept)
        {
            if (value is not null)
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_DIR"] = state.GitDirectory; // not what core.worktree of the repository says
        start.Environment["GIT_WORK_TREE"] = state.WorkTree;
        return start;
    }
}
