using System.CommandLine;
using Strata.Cli.Configuration;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Run;

/// <summary>The options of <c>run</c> beside the shared ones (DESIGN §9).</summary>
internal sealed class RunOptions
{
    public SelectionOptions Selection { get; } = new();

    public Option<bool> NoCache { get; } = new("--no-cache") { Description = "No look-up and no save of caches and cached steps." };

    public Option<string?> Verify { get; } = SelectionOptions.One("--verify", "P%", "Run this share of the cached steps that were hits once more, after their job, and compare.");

    public Option<string?> SuggestInputs { get; } = SelectionOptions.One("--suggest-inputs", "STEP", "Run this cached step with the whole workspace first, and say which inputs it reads (its id or name).");

    public Option<bool> VerifyStrict { get; } = new("--verify-strict") { Description = "Fail when a verified hit differs (all are verified unless --verify says how many)." };

    public Option<bool> ShellOnFailure { get; } = new("--shell-on-failure") { Description = "Open a shell in the sandbox of the first step that fails." };

    public Option<bool> Explain { get; } = new("--explain") { Description = "Say of each layer and each cache why it was reused, or not." };

    public Option<string?> Report { get; } = SelectionOptions.One("--report", "FILE", "Write the report (strata.report/1) there.");

    public Option<string?> Out { get; } = SelectionOptions.One("--out", "DIR", "Put the run's artifacts there, each in a directory of its name.");

    public Option<string?> Storage { get; } = SelectionOptions.One("--storage", "URL", "Store layers there: s3://bucket[/prefix] or file:///dir (default: storage in the configuration, else this disk alone).");

    public Option<bool> Json { get; } = new("--json") { Description = "Events as JSON lines on stdout." };

    public void AddTo(Command command)
    {
        Selection.AddTo(command);
        foreach (var option in (Option[])[NoCache, ShellOnFailure, Explain, Report, Out, Json, Verify, VerifyStrict, Storage, SuggestInputs])
        {
            command.Options.Add(option);
        }
    }

    /// <param name="configured">Without these options.</param>
    /// <returns>0 to 1.</returns>
    public double VerifyShare(ParseResult parsed, double configured, List<Diagnostic> problems)
    {
        if (parsed.GetValue(Verify) is not { } text)
        {
            return parsed.GetValue(VerifyStrict) && configured == 0 ? 1 : configured;
        }

        if (!Share.TryParse(text, out var share))
        {
            problems.Add(CliDiagnostics.BadOption(Verify.Name, text, "a percentage, for example 5%"));
        }

        return share;
    }
}
