using System.Globalization;
using System.Text;
using Strata.Images.Recipes;
using Strata.Layers.Entries;
using Strata.Layers.Saving;
using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Sandbox;
using Strata.Sandbox.Scripts;

namespace Strata.Images.Capturing;

/// <summary>Runs a step in a sandbox of its own, and what it changed becomes a layer.</summary>
internal static class RunCapture
{
    private const string PlainShell = "sh"; // what Shell.Parse knows the default as
    private const string PathDefault = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const string SandboxName = "build"; // also the host name, which packages write into their settings
    private const string ScriptStem = "step";
    private const int UserFileSizeMax = 1 << 20;
    private const UnixFileMode Readable = (UnixFileMode)0b111_101_101;

    // The kernel stamps files with a clock that may lag behind by a tick; and TimeProvider's may be adjusted meanwhile.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(1);

    /// <exception cref="IOException">The disk is full or fails: nothing is stored.</exception>
    /// <exception cref="Core.Diagnostics.EnvironmentException">The machine refused the sandbox.</exception>
    /// <exception cref="Layers.HostileArchiveException">The step made something that has no place in a layer: an id over the limit, nested too deep.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is stored.</exception>
    public static async Task<CaptureOutcome> RunAsync(RunCaptureRequest request, CancellationToken cancellationToken)
    {
        var step = request.Step;
        if (Shell.Parse(step.Shell is null or RecipeStep.Run.DefaultShell ? PlainShell : step.Shell) is not { } shell)
        {
            return new CaptureOutcome.Refused(CaptureDiagnostics.NoSuchShell(step.Shell!, step.At));
        }

        using var write = request.Target.Start();
        using var contents = new LowerContents([.. request.Below.Select(LowerLayer.Of)], request.BelowTree, Path.GetDirectoryName(write.Target.ImagePath)!);
        if (FindUser(request.User, contents) is not { } user)
        {
            return new CaptureOutcome.Refused(CaptureDiagnostics.NoSuchUser(request.User!, step.At));
        }

        var start = (request.Time.GetUtcNow() - ClockSlack).ToUnixTimeSeconds();
        var sandbox = await request.Host.StartAsync(SpecOf(request, user), cancellationToken).ConfigureAwait(false);
        await using (sandbox.ConfigureAwait(false))
        {
            var exec = await sandbox.ExecAsync(CommandOf(request, shell, user, sandbox), request.Output, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (exec is not { ExitCode: 0, End: ExecEnd.Exited, StartError: null, SandboxEnded: null })
            {
                return new CaptureOutcome.Failed(exec);
            }

            await sandbox.FreezeAsync().ConfigureAwait(false); // what it left running must not write meanwhile
            return await StoreAsync(request, sandbox, contents, new(start, 0), write, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<CaptureOutcome> StoreAsync(
        RunCaptureRequest request, ISandbox sandbox, LowerContents contents, Timestamp start, LayerWrite write, CancellationToken cancellationToken)
    {
        var (layer, leftOut) = CapturedChanges.Write(sandbox, request.BelowTree, contents, start, write.Target, cancellationToken);
        var gate = new SecretGate(request.Secrets);
        if (gate.Check(write.Target, [], cancellationToken) is { Count: > 0 } finds)
        {
            return new CaptureOutcome.Refused(SecretDiagnostics.Found("The layer of this step", finds, request.Step.At));
        }

        var commit = await write.CommitAsync(layer, cancellationToken).ConfigureAwait(false);
        return new CaptureOutcome.Stored(commit, layer, leftOut, [.. gate.TooShort.Select(name => SecretDiagnostics.TooShort(name, request.Step.At))]);
    }

    private static ImageUser? FindUser(string? user, LowerContents contents) =>
        ImageUser.IsRoot(user) ? ImageUser.Root : ImageUser.Find(user, Text(contents, "etc/passwd"u8), Text(contents, "etc/group"u8));

    private static string? Text(LowerContents contents, ReadOnlySpan<byte> path) =>
        contents.ReadAll(path, UserFileSizeMax) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static SandboxSpec SpecOf(RunCaptureRequest request, ImageUser user) => new()
    {
        Name = SandboxName,
        RootLowers = request.Lowers,
        WorkspaceLowers = [],
        HasWorkspace = false,
        SecretFiles = request.Secrets.ToDictionary(static s => s.Key, static s => Encoding.UTF8.GetBytes(s.Value)),
        SecretsOwner = (user.UserId, user.GroupId),
        Network = request.Step.Network,
        Site = request.Site,
        Limits = request.Limits,
    };

    private static ExecSpec CommandOf(RunCaptureRequest request, Shell shell, ImageUser user, ISandbox sandbox)
    {
        var name = $"{ScriptStem}{shell.Extension}";
        var path = Path.Combine(sandbox.ExchangeDirectory, name);
        var command = request.Step.Command;
        File.WriteAllText(path, command.EndsWith('\n') ? command : command + "\n");
        File.SetUnixFileMode(path, Readable);
        return new()
        {
            Arguments = shell.CommandFor($"{SandboxSpec.ExchangePath}/{name}"),
            Environment = EnvironmentOf(request, user),
            WorkingDirectory = request.WorkingDirectory,
            UserId = user.UserId,
            GroupId = user.GroupId,
            Timeout = request.Timeout,
        };
    }

    private static Dictionary<string, string> EnvironmentOf(RunCaptureRequest request, ImageUser user)
    {
        var variables = request.Site ? new Dictionary<string, string>(request.Host.SiteEnvironment, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        foreach (var (name, value) in request.Environment)
        {
            variables[name] = value;
        }

        variables.TryAdd("PATH", PathDefault);
        variables.TryAdd("HOME", user.Home);
        variables.TryAdd("SOURCE_DATE_EPOCH", BuildTime.EpochSeconds.ToString(CultureInfo.InvariantCulture));
        return variables;
    }
}
