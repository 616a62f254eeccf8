using System.Text;
using Strata.Execution.Commands;
using Strata.Execution.StepFiles;
using Strata.Sandbox;

namespace Strata.Execution.Steps;

/// <summary>
/// The fresh files of one step in the exchange directory. The job can write there, so nothing on the host follows a link in it: files are made
/// new under names that cannot be guessed, and read back through the sandbox.
/// </summary>
internal sealed class StepFileSet : IDisposable
{
    public const int FileSizeMax = 10 << 20; // bytes of each of env, output, path, state
    public const int SummarySizeMax = 1 << 20; // bytes

    private const UnixFileMode ForAll = (UnixFileMode)0b110_110_110; // the job's user is another id on the host
    private const UnixFileMode Readable = (UnixFileMode)0b111_101_101;

    private static readonly string[] Kinds = ["ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY"];

    private readonly string _directory;
    private readonly string _stem;
    private readonly string _scriptName;

    /// <param name="stem">Of the files' names, in a sandbox that nobody has used yet; null: one that cannot be guessed.</param>
    public StepFileSet(ISandbox sandbox, string script, string extension, string? stem = null)
    {
        _stem = stem ?? Guid.NewGuid().ToString("n");
        _directory = sandbox.ExchangeDirectory;
        _scriptName = $"{_stem}{extension}";
        Write(_scriptName, Encoding.UTF8.GetBytes(script.EndsWith('\n') ? script : script + "\n"), Readable);
        foreach (var kind in Kinds)
        {
            Write(NameOf(kind), [], ForAll);
        }
    }

    /// <summary>Inside.</summary>
    public string ScriptPath => $"{SandboxSpec.ExchangePath}/{_scriptName}";

    public void AddVariables(IDictionary<string, string> variables)
    {
        foreach (var kind in Kinds)
        {
            variables["GITHUB_" + kind] = PathOf(kind);
            variables["STRATA_" + kind] = PathOf(kind);
        }
    }

    /// <summary>Takes in what the step wrote; a file that is wrong fails the step.</summary>
    /// <returns>Warnings, and the summary or null.</returns>
    public async ValueTask<(IReadOnlyList<string> Warnings, string? Summary)> ReadAsync(
        ISandbox sandbox, StepEffects effects, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        foreach (var (name, value) in await PairsAsync(sandbox, "ENV", effects, cancellationToken).ConfigureAwait(false))
        {
            SetVariable(name, value, effects, warnings);
        }

        foreach (var (name, value) in await PairsAsync(sandbox, "OUTPUT", effects, cancellationToken).ConfigureAwait(false))
        {
            effects.Outputs[name] = value;
        }

        foreach (var (name, value) in await PairsAsync(sandbox, "STATE", effects, cancellationToken).ConfigureAwait(false))
        {
            effects.State[name] = value;
        }

        var paths = await TextAsync(sandbox, "PATH", effects, cancellationToken).ConfigureAwait(false);
        effects.Paths.AddRange(paths.Split('\n').Select(p => p.TrimEnd('\r')).Where(p => p.Length > 0));
        return (warnings, await SummaryAsync(sandbox, warnings, cancellationToken).ConfigureAwait(false));
    }

    public void Dispose()
    {
        foreach (var name in Kinds.Select(NameOf).Append(_scriptName))
        {
            try
            {
                File.Delete(Path.Combine(_directory, name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The job made a directory of it; it goes with the sandbox.
            }
        }
    }

    private static void SetVariable(string name, string value, StepEffects effects, List<string> warnings)
    {
        if (name.Equals("NODE_OPTIONS", StringComparison.OrdinalIgnoreCase))
        {
            effects.Fail($"GITHUB_ENV: {ReservedVariables.Reason(name)}");
        }
        else if (ReservedVariables.Reason(name) is { } reason)
        {
            warnings.Add($"GITHUB_ENV: {reason}");
        }
        else
        {
            effects.Environment[name] = value;
        }
    }

    private async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> PairsAsync(
        ISandbox sandbox, string kind, StepEffects effects, CancellationToken cancellationToken)
    {
        var (pairs, problem) = StepFileParser.Parse(await TextAsync(sandbox, kind, effects, cancellationToken).ConfigureAwait(false));
        if (problem is not null)
        {
            effects.Fail($"GITHUB_{kind}: {problem}");
        }

        return pairs;
    }

    private async ValueTask<string> TextAsync(ISandbox sandbox, string kind, StepEffects effects, CancellationToken cancellationToken)
    {
        var bytes = await BoundedText.ReadBytesAsync(sandbox, PathOf(kind), FileSizeMax, cancellationToken).ConfigureAwait(false) ?? [];
        if (bytes.Length > FileSizeMax)
        {
            effects.Fail($"GITHUB_{kind}: the file is over {FileSizeMax >> 20} MiB.");
            return "";
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private async ValueTask<string?> SummaryAsync(ISandbox sandbox, List<string> warnings, CancellationToken cancellationToken)
    {
        var bytes = await BoundedText.ReadBytesAsync(sandbox, PathOf("STEP_SUMMARY"), SummarySizeMax, cancellationToken).ConfigureAwait(false);
        if (bytes is null or { Length: 0 })
        {
            return null;
        }

        if (bytes.Length > SummarySizeMax)
        {
            warnings.Add("GITHUB_STEP_SUMMARY: the summary is over 1 MiB and is left out.");
            return null;
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private void Write(string name, byte[] content, UnixFileMode mode)
    {
        using var file = new FileStream(Path.Combine(_directory, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
        File.SetUnixFileMode(file.SafeFileHandle, mode);
    }

    private string NameOf(string kind) => $"{_stem}.{kind}";

    private string PathOf(string kind) => $"{SandboxSpec.ExchangePath}/{NameOf(kind)}";
}
