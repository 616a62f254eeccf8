using System.CommandLine;
using System.CommandLine.Completions;
using Strata.Artifacts.Records;
using Strata.Cli.Run;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Artifact;

/// <summary>The options all artifact commands share.</summary>
internal sealed class ArtifactOptions
{
    public Option<string?> Run { get; } = SelectionOptions.One("--run", "RUN", "Of this run (default: the newest that published artifacts).");

    public Option<bool> TrustFork { get; } = new("--trust-fork") { Description = "With --run: take what a less trusted run made." };

    public Option<string?> Org { get; } = SelectionOptions.One("--org", "ORG", "Organization (default: local).");

    public Option<string?> Repo { get; } = SelectionOptions.One("--repo", "NAME", "Repository (default: the directory's name).");

    public Option<string?> Ref { get; } = SelectionOptions.One("--ref", "REF", "Act for this ref (default: the branch checked out, else main).");

    public Option<string?> Trust { get; } = SelectionOptions.One("--trust", "TRUST", "protected, internal or fork (default: by the ref).");

    public Option<string?> Base { get; } = SelectionOptions.One("--base", "REF", "The ref a pull request goes to.");

    public Option<string?> DefaultBranch { get; } = SelectionOptions.One("--default-branch", "B", "Default branch (default: main).");

    public Option<string?> Data { get; } = SelectionOptions.One("--data", "DIR", "Where state is kept (default: $STRATA_DATA, /var/lib/strata, or the user's data directory).");

    public Option<string?> Config { get; } = SelectionOptions.One("--config", "FILE", "Configuration (default: config.yml in the data directory).");

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON document on stdout." };

    public static Argument<string> Name(ArtifactOptions options)
    {
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = "The name its job gave it." };
        name.CompletionSources.Add(options.Names);
        return name;
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Run, TrustFork, Org, Repo, Ref, Trust, Base, DefaultBranch, Data, Config, Json])
        {
            command.Options.Add(option);
        }

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
