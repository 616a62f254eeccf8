using System.CommandLine;
using System.CommandLine.Completions;
using Strata.Artifacts.Records;
using Strata.Cli.CommandLine;
using Strata.Cli.Run;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Artifact;

/// <summary>The options all artifact commands share.</summary>
internal sealed class ArtifactOptions() : PlaceOptions("Organization (default: local).", "Repository (default: the directory's name).")
{
    public Option<string?> Run { get; } = SelectionOptions.One("--run", "RUN", "Of this run (default: the newest that published artifacts).");

    public Option<bool> TrustFork { get; } = new("--trust-fork") { Description = "With --run: take what a less trusted run made." };

    public Option<string?> Ref { get; } = SelectionOptions.One("--ref", "REF", "Act for this ref (default: the branch checked out, else main).");

    public Option<string?> Trust { get; } = SelectionOptions.One("--trust", "TRUST", "protected, internal or fork (default: by the ref).");

    public Option<string?> Base { get; } = SelectionOptions.One("--base", "REF", "The ref a pull request goes to.");

    public Option<string?> DefaultBranch { get; } = SelectionOptions.One("--default-branch", "B", "Default branch (default: main).");

    public static Argument<string> Name(ArtifactOptions options)
    {
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = "The name its job gave it." };
        name.CompletionSources.Add(options.Names);
        return name;
    }

    public override void AddTo(Command command)
    {
        foreach (var option in (Option[])[Run, TrustFork, Ref, Trust, Base, DefaultBranch])
        {
            command.Options.Add(option);
        }

        base.AddTo(command);
        Trust.CompletionSources.Add("protected", "internal", "fork");
        Run.CompletionSources.Add(Runs);
    }

    /// <summary>For the shell: of the run meant.</summary>
    public IEnumerable<CompletionItem> Names(CompletionContext context) => Complete(context, static artifact => artifact.Name, ofRun: true);

    private IEnumerable<CompletionItem> Runs(CompletionContext context) => Complete(context, static artifact => artifact.Producer.RunId, ofRun: false);

    private List<CompletionItem> Complete(CompletionContext context, Func<Strata.Artifacts.Records.Artifact, string> word, bool ofRun)
    {
        try
        {
            using var place = ArtifactPlace.Open(context.ParseResult, this);
            var run = ofRun ? place.FindRunAsync(null, CancellationToken.None).AsTask().GetAwaiter().GetResult() : null;
            var filter = new ArtifactFilter(place.Identity) { RunId = run, State = ArtifactState.Ready, TrustFork = place.TrustFork };
            var found = place.Artifacts?.ListAsync(filter, CancellationToken.None).AsTask().GetAwaiter().GetResult() ?? []; // read on this thread
            return [.. found.Select(word).Distinct(StringComparer.Ordinal).Select(text => new CompletionItem(text))];
        }
        catch (Exception e) when (e is UserErrorException or EnvironmentException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
