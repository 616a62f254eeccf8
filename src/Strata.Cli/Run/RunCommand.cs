using System.CommandLine;
using Strata.Cli.Configuration;
using Strata.Cli.Output;
using Strata.Cli.Upkeep;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Execution.Caches;
using Strata.Execution.Events;
using Strata.Execution.Reporting;
using Strata.Execution.Running;
using Strata.Layers.Sources;

namespace Strata.Cli.Run;

/// <summary><c>strata run</c>: the whole platform in one process.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var options = new RunOptions();
        var command = new Command("run", "Run a workflow on this machine.");
        options.AddTo(command);
        command.SetAction((parsed, _) => ExecuteAsync(parsed, options));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, RunOptions options)
    {
        var terminal = Terminal.Detect();
        var reportFile = parsed.GetValue(options.Report);
        var hasStarted = false;
        if (reportFile is not null)
        {
            CheckReport(reportFile);
        }

        if (parsed.GetValue(options.Out) is { } outputs)
        {
            RunOutputs.Check(outputs);
        }

        try
        {
            List<Diagnostic> problems = [];
            var data = DataDirectory.Resolve(parsed.GetValue(options.Selection.Data));
            var configuration = ConfigurationFile.Read(parsed.GetValue(options.Selection.Config), data, problems);
            configuration = parsed.GetValue(options.Storage) is { } url ? configuration.With(url) : configuration;
            var platform = new LocalPlatform(data, configuration);
            await using var ended = platform.ConfigureAwait(false);
            platform.WarmUp();
            var verifyShare = options.VerifyShare(parsed, configuration.Cache.VerifyShare, problems);
            var request = RunRequestReader.Read(parsed, options.Selection, data, configuration, problems);
            if (request is null)
            {
                throw new UserErrorException([.. problems]);
            }

            DiagnosticOutput.Print(problems, terminal);
            request = await TrustedAsync(request, configuration, terminal).ConfigureAwait(false) with
            {
                SuggestInputs = parsed.GetValue(options.SuggestInputs),
                CachesOff = parsed.GetValue(options.NoCache) ? CachesOff.ByOption : configuration.Cache.Enabled ? null : CachesOff.ByConfiguration,
                IsPresetActive = configuration.Cache.IsActive,
                VerifyShare = verifyShare,
                VerifyStrict = parsed.GetValue(options.VerifyStrict),
                ShellOnFailure = parsed.GetValue(options.ShellOnFailure),
                Explain = parsed.GetValue(options.Explain),
            };
            var refusals = platform.Runner.Check(request);
            if (refusals.Any(d => d.Severity == Severity.Error))
            {
                throw new UserErrorException(refusals);
            }

            DiagnosticOutput.Print(refusals, terminal);
            hasStarted = true;
            var (exitCode, usedCaches) = await RunAsync(request, platform, parsed.GetValue(options.Json), reportFile, parsed.GetValue(options.Out), terminal).ConfigureAwait(false);
            await StoreUpkeep.AfterRunAsync(platform, data, configuration, usedCaches, terminal).ConfigureAwait(false);
            return exitCode;
        }
        catch (UserErrorException e)
        {
            DiagnosticOutput.Print(e.Diagnostics, terminal);
            if (parsed.GetValue(options.Json) && !hasStarted)
            {
                Console.Out.WriteLine(JsonEvents.Refusal(TimeProvider.System.GetUtcNow(), e.Diagnostics));
            }

            if (reportFile is not null)
            {
                var invalid = new InvalidReport([.. e.Diagnostics.Select(DiagnosticOutput.ToReport)]);
                WriteReport(reportFile, ReportWriter.ToJson(invalid));
            }

            return ExitCode.Invalid;
        }
    }

    private static async Task<(int ExitCode, bool UsedCaches)> RunAsync(RunRequest request, LocalPlatform platform, bool json, string? reportFile, string? outDirectory, Terminal terminal)
    {
        using var display = new RunDisplay(Console.Error, terminal, TimeProvider.System);
        using var interrupts = new Interrupts.Interrupts(() => display.Say("stopping … (once more ends it at once)"), platform.EndSandboxesAsync);
        IRunObserver observer = json
            ? new ObserverList([new JsonEvents(Console.OpenStandardOutput(), display.On), display])
            : display;

        var report = await platform.Runner.RunAsync(request, observer, interrupts.Token).ConfigureAwait(false);
        display.Dispose();
        if (reportFile is not null)
        {
            WriteReport(reportFile, ReportWriter.ToJson(report));
        }

        IReadOnlyList<string> written = outDirectory is null ? []
            : await new RunOutputs(Path.GetFullPath(outDirectory), request.DataDirectory, platform.Layers, request.Identity).WriteAsync(report, interrupts.Token).ConfigureAwait(false);
        if (!json)
        {
            var needs = request.Workflow.Jobs.ToDictionary(
                job => job.Id, job => (IReadOnlyList<string>)[.. job.Needs.Select(need => need.Value)], StringComparer.Ordinal);
            RunSummary.Write(
                Console.Out, report, ParallelSavings.Of(report, needs), Path.Combine(request.DataDirectory, "runs", report.RunId), written, terminal);
        }

        var usedCaches = report.Jobs.Any(static job => job.Caches.Any(static cache => cache.Outcome != "off") || job.Steps.Any(static step => step.Cache is not null));
        return (report.Status == RunStatus.Success ? ExitCode.Success : ExitCode.Failed, usedCaches);
    }

    /// <summary>What others may read is not written as protected from files that nobody has committed (DESIGN §7).</summary>
    private static async Task<RunRequest> TrustedAsync(RunRequest request, ConfigurationFile configuration, Terminal terminal)
    {
        if (configuration.Storage is null || request.Identity.Trust is not Trust.Protected
            || !await SourceChanges.AnyAsync(request.WorkspaceDirectory, CancellationToken.None).ConfigureAwait(false))
        {
            return request;
        }

        DiagnosticOutput.Print(CliDiagnostics.NotCommitted(request.Identity.Ref), terminal);
        return request with { Identity = request.Identity with { Trust = Trust.Internal } };
    }

    /// <summary>That it cannot be written is found out now, not after the whole run.</summary>
    /// <exception cref="EnvironmentException">It cannot.</exception>
    private static void CheckReport(string path)
    {
        if (Directory.Exists(path))
        {
            throw new EnvironmentException(CliDiagnostics.Unwritable(path, "it is a directory."));
        }

        try
        {
            using var probe = File.OpenHandle(Temporary(path), FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(CliDiagnostics.Unwritable(path, e.Message), e);
        }
    }

    private static string Temporary(string path) => $"{path}.{Environment.ProcessId}.tmp";

    private static void WriteReport(string path, byte[] json)
    {
        try
        {
            var temporary = Temporary(path);
            File.WriteAllBytes(temporary, json);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(CliDiagnostics.Unwritable(path, e.Message), e);
        }
    }
}
