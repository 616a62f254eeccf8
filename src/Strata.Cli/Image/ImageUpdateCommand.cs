using System.CommandLine;
using Strata.Cli.WorkflowFiles;
using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Image;

/// <summary><c>strata image update [NAME…] [FILE|DIR]</c>: moves the pins of strata.lock and says what changed. The only command that writes it.</summary>
internal static class ImageUpdateCommand
{
    private const int PackagesShownMax = 20;

    public static Command Create()
    {
        var options = new ImageOptions();
        var arguments = new Argument<string[]>("NAME|FILE|DIR")
        {
            HelpName = "NAME|FILE|DIR",
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Definitions, jobs or references to pin anew (default: all), then a workflow file or its directory (default: here, or above).",
        };
        arguments.CompletionSources.Add(options.Names);
        var check = new Option<bool>("--check") { Description = "Write nothing; exit with 1 if a pin is missing, not used any more, or not what its reference names now." };
        var command = new Command("update", "Pin the images of a workflow to what they are now, in strata.lock beside it.") { arguments };
        command.Options.Add(check);
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, cancellationToken) =>
        {
            var (names, target) = Split(parsed.GetValue(arguments)!);
            var place = ImagePlace.Open(parsed, options, target);
            if (place.Request is null)
            {
                throw new UserErrorException(CliDiagnostics.NoWorkflowHere(Environment.CurrentDirectory));
            }

            using var resolver = place.OpenResolver();
            var checks = parsed.GetValue(check);
            var (now, moved) = await new ImageUpdate(place, resolver, progress).RunAsync(names, makes: !checks, cancellationToken).ConfigureAwait(false);
            var changes = PinChanges.Of(place.Request.Lock, now, moved);
            var file = LockFile.Of(place.File!);
            var outdated = changes.Any(change => change.Change != PinChanges.Unchanged);
            var write = !checks && (outdated || (changes.Count > 0 && !File.Exists(file.Path)));
            if (write)
            {
                file.Write(now);
            }

            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(new(file.DisplayPath, outdated, write, changes), ImageJson.Default.UpdateResult);
            }
            else
            {
                Write(Console.Out, changes, file.DisplayPath, write, checks);
            }

            return checks && outdated ? ExitCode.Failed : ExitCode.Success;
        }));
        return command;
    }

    /// <summary>The last argument is a place if it looks like one, or is one and nothing else.</summary>
    private static (IReadOnlyList<string> Names, string? FileOrDirectory) Split(string[] arguments)
    {
        if (arguments is [.. var names, var last]
            && (last is "." or ".." || last.StartsWith("./", StringComparison.Ordinal) || last.StartsWith("../", StringComparison.Ordinal) || last.StartsWith('/')
                || last.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || last.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
                || last.EndsWith('/') || (names.Length == 0 && Directory.Exists(last))))
        {
            return (names, last);
        }

        return (arguments, null);
    }

    private static void Write(TextWriter output, IReadOnlyList<PinChange> changes, string file, bool written, bool checks)
    {
        if (changes.Count == 0)
        {
            output.WriteLine("the workflow names nothing that could be pinned");
            return;
        }

        var width = changes.Max(change => change.Reference.Length);
        foreach (var change in changes)
        {
            output.WriteLine($"{change.Reference.PadRight(width)}  {Words(change, checks)}");
            foreach (var package in change.Packages.Take(PackagesShownMax))
            {
                output.WriteLine($"  {package.Name}  {package.From ?? "-"} → {package.To ?? "-"}");
            }

            if (change.Packages.Count > PackagesShownMax)
            {
                output.WriteLine($"  … and {change.Packages.Count - PackagesShownMax} more packages");
            }
        }

        output.WriteLine(written ? $"{file} written" : checks ? $"{file} was only checked" : $"{file} is up to date");
    }

    /// <param name="checks">Nothing is written.</param>
    internal static string Words(PinChange change, bool checks) => change switch
    {
        { Change: "added" } => checks ? $"not pinned (now {Short(change.To)})" : $"pinned to {Short(change.To)}",
        { Change: "missing" } => "not pinned",
        { Change: "outdated" } => $"outdated ({Short(change.From)})",
        { Change: "removed" } => checks ? "not used any more" : "not used any more: pin removed",
        { Change: PinChanges.Unchanged } => $"unchanged ({Short(change.To)})",
        _ when change.From == change.To => $"packages moved ({Short(change.To)})",
        _ => $"{Short(change.From)} → {Short(change.To)}",
    };

    private static string Short(string? digest) => Digest.TryParse(digest, null, out var parsed) ? parsed.Short : "-";
}
