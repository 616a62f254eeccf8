using System.Globalization;
using System.Text.Json;
using Strata.Core.Json;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Processes;
using Strata.Sandbox.Runtimes;

namespace Strata.Sandbox.Hosting;

/// <summary>A command started by the runtime's <c>exec</c>: for terminals, and for runtimes whose process 1 no socket reaches (runsc, kata).</summary>
internal sealed class RuntimeStep : IStepProcess
{
    private readonly string _file;
    private ChildProcess _runtime = null!;

    private RuntimeStep(SandboxParts parts, int number) => _file = string.Create(CultureInfo.InvariantCulture, $"{parts.Slot.Bundle}/exec-{number}");

    public Task<int> Exit => _runtime.Exit;

    /// <summary>What the runtime logged; a command that just failed leaves it empty.</summary>
    public string? StartError => File.Exists(LogFile) && File.ReadAllText(LogFile).Trim() is { Length: > 0 } text ? text : null;

    private string ProcessIdFile => $"{_file}.pid";

    private string LogFile => $"{_file}.log";

    /// <param name="output">Takes stdout and stderr; null: the terminal of this process is the command's.</param>
    internal static async Task<RuntimeStep> StartAsync(SandboxParts parts, HostSetup host, ExecSpec spec, int number, SafeFileHandle? output)
    {
        var step = new RuntimeStep(parts, number);
        step.WriteProcess(spec, host);
        var command = host.Runtime.Exec(step._file, step.ProcessIdFile, step.LogFile, parts.Id);
        command = output is null
            ? command with { InheritTerminal = true, NewSession = false }
            : command with { Descriptors = new Dictionary<int, SafeFileHandle> { [1] = output, [2] = output } };
        step._runtime = await parts.MountThread.RunAsync(() => ChildProcess.Start(command), CancellationToken.None).ConfigureAwait(false);
        return step;
    }

    public List<int> FindProcesses(JobProcesses processes) => processes.OfStep(_runtime.Id, ReadStepProcess());

    public void Kill() => _runtime.KillSession();

    public void Dispose() => _runtime.Dispose();

    private void WriteProcess(ExecSpec spec, HostSetup host)
    {
        using var file = new FileStream(_file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var json = new Utf8JsonWriter(file, DeferredEscapes.Options);
        new OciProcess
        {
            Arguments = spec.Arguments,
            Environment = spec.Environment,
            WorkingDirectory = spec.WorkingDirectory,
            UserId = spec.UserId,
            GroupId = spec.GroupId,
            Terminal = spec.Interactive && !Console.IsInputRedirected,
            OpenFilesMax = host.OpenFilesMax,
        }.Write(json);
    }

    private int? ReadStepProcess() =>
        File.Exists(ProcessIdFile) && int.TryParse(File.ReadAllText(ProcessIdFile), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
