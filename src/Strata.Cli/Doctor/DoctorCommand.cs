using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Cli.Configuration;
using Strata.Cli.Output;
using Strata.Cli.Run;
using Strata.Cli.Upkeep;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.Kept;
using Strata.Sandbox.Diagnosis;
using Strata.Storage;

namespace Strata.Cli.Doctor;

/// <summary><c>strata doctor</c>: what works on this machine and how to get the rest. <c>--clean</c> removes what killed runs left.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var data = SelectionOptions.One("--data", "DIR", "Where state is kept.");
        var clean = new Option<bool>("--clean") { Description = "Remove what killed runs left (also done at each start), and unused layers over the limit." };
        var config = SelectionOptions.One("--config", "FILE", "Configuration (default: config.yml in the data directory).");
        var scrub = new Option<bool>("--scrub") { Description = "Read and verify every stored layer; damaged ones are put aside and made again when needed. Then verify the chain of the audit log." };
        var storage = SelectionOptions.One("--storage", "URL", "Look at this storage too (default: storage in the configuration).");
        var lifecycle = new Option<bool>("--set-lifecycle") { Description = "Have the bucket end uploads that are a week old by itself." };
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout." };
        var command = new Command("doctor", "Tell what works on this machine, and how to get the rest.") { data, config, clean, scrub, storage, lifecycle, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = DataDirectory.Resolve(parsed.GetValue(data));
            return parsed.GetValue(scrub) ? await ScrubCommand.RunAsync(directory, parsed.GetValue(json), cancellationToken).ConfigureAwait(false)
                : parsed.GetValue(clean) ? await CleanAsync(directory, parsed.GetValue(config), cancellationToken).ConfigureAwait(false)
                : await DiagnoseAsync(
                    directory, Read(directory, parsed.GetValue(config), parsed.GetValue(storage)), parsed.GetValue(lifecycle), parsed.GetValue(json), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> DiagnoseAsync(string data, ConfigurationFile configuration, bool setLifecycle, bool json, CancellationToken cancellationToken)
    {
        var storage = configuration.Storage;
        if (storage is null && setLifecycle)
        {
            throw new UserErrorException(TransferDiagnostics.NoStorage());
        }

        var findings = (await SandboxDiagnosis.RunAsync(new() { DataDirectory = data, RuntimePath = configuration.Runtime }, cancellationToken).ConfigureAwait(false)).ToList();
        findings.Add(LayerDiagnosis.Run(data));
        if (storage is not null)
        {
            findings.AddRange(await StorageDiagnosis.RunAsync(data, storage, setLifecycle, cancellationToken).ConfigureAwait(false));
        }

        var works = findings.All(finding => finding.Status != FindingStatus.Missing);
        if (json)
        {
            var result = new DoctorResult(works, data, [.. findings.Select(f => new DoctorFinding(f.Name, Word(f.Status), f.Detail, f.Remedy))]);
            Console.Out.WriteLine(JsonSerializer.Serialize(result, DoctorJson.Default.DoctorResult));
        }
        else
        {
            var terminal = Terminal.Detect();
            var width = findings.Max(finding => finding.Name.Length);
            foreach (var finding in findings)
            {
                var color = finding.Status switch { FindingStatus.Ok => Color.Green, FindingStatus.Warning => Color.Yellow, _ => Color.Red };
                Console.Out.WriteLine($"{terminal.Paint(Word(finding.Status).PadRight(7), color)} {finding.Name.PadRight(width)}  {finding.Detail}");
                if (finding.Remedy is not null)
                {
                    Console.Out.WriteLine($"        {new string(' ', width)}  → {finding.Remedy}");
                }
            }

            Console.Out.WriteLine($"data directory: {data}");
        }

        return works ? ExitCode.Success : ExitCode.Failed;
    }

    private static ConfigurationFile Read(string data, string? config, string? url)
    {
        List<Diagnostic> problems = [];
        var configuration = ConfigurationFile.Read(config, data, problems);
        return problems.Count > 0 ? throw new UserErrorException(problems) : url is null ? configuration : configuration.With(url);
    }

    private static async Task<int> CleanAsync(string data, string? config, CancellationToken cancellationToken)
    {
        List<Diagnostic> problems = [];
        var configuration = ConfigurationFile.Read(config, data, problems);
        if (problems.Count > 0)
        {
            throw new UserErrorException(problems);
        }

        var removed = await LocalPlatform.CleanAsync(data, cancellationToken).ConfigureAwait(false);
        Console.Out.WriteLine(removed == 0 ? "nothing was left behind" : $"removed what {removed} killed {(removed == 1 ? "job" : "jobs")} left");
        if (await RecordUpkeep.RunAsync(data, configuration.Artifacts, cancellationToken).ConfigureAwait(false) is { Expired.Count: > 0 and var expired })
        {
            Console.Out.WriteLine($"{expired} {(expired == 1 ? "artifact is" : "artifacts are")} past {(expired == 1 ? "its" : "their")} retention");
        }

        var collected = await new LayerCollector(data, LocalRoots.Of(data), configuration.LayersBytesMax, TimeProvider.System).RunAsync(cancellationToken).ConfigureAwait(false);
        if (collected.Removed > 0)
        {
            Console.Out.WriteLine($"removed {collected.Removed} unused {(collected.Removed == 1 ? "layer" : "layers")}: {new ByteSize(collected.BytesFreed)}");
        }

        if (collected.Warning is { } warning)
        {
            DiagnosticOutput.Print(warning, Terminal.Detect());
        }

        return ExitCode.Success;
    }

    private static string Word(FindingStatus status) => status switch
    {
        FindingStatus.Ok => "ok",
        FindingStatus.Warning => "warn",
        _ => "missing",
    };
}

internal sealed record DoctorResult(bool Works, string Data, IReadOnlyList<DoctorFinding> Findings);

internal sealed record DoctorFinding(string Name, string Status, string Detail, string? Remedy);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DoctorResult))]
internal sealed partial class DoctorJson : JsonSerializerContext;
