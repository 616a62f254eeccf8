using System.CommandLine;
using Strata.Artifacts;
using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;
using Entry = Strata.Artifacts.Records.Artifact;

namespace Strata.Cli.Artifact;

/// <summary><c>strata artifact rm NAME…</c>.</summary>
internal static class ArtifactRemoveCommand
{
    public static Command Create()
    {
        var options = new ArtifactOptions();
        var names = new Argument<string[]>("NAME") { HelpName = "NAME", Arity = ArgumentArity.OneOrMore, Description = "The names their jobs gave them." };
        names.CompletionSources.Add(options.Names);
        var command = new Command("rm", "Remove artifacts of a run, pinned or not. The disk is freed when nothing else shares their content.") { names };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = ArtifactPlace.Open(parsed, options);
            List<Entry> found = [];
            foreach (var name in parsed.GetValue(names)!)
            {
                found.Add(await place.GetAsync(name, cancellationToken).ConfigureAwait(false)); // all are there, or none is removed
            }

            List<Entry> removed = [];
            foreach (var artifact in found)
            {
                var change = await place.Artifacts!.DeleteAsync(artifact.Id, place.Identity, Environment.UserName, "removed by a user", cancellationToken).ConfigureAwait(false);
                removed.Add(Changed(change, artifact));
                if (!parsed.GetValue(options.Json))
                {
                    Console.Out.WriteLine(TerminalText.Printable($"removed {artifact.Name} of run {artifact.Producer.RunId}: {ArtifactTable.Size(artifact)}"));
                }
            }

            if (parsed.GetValue(options.Json))
            {
                ArtifactJson.Print(new([.. removed.Select(artifact => ArtifactResult.Of(artifact, null))]), ArtifactJson.Default.ChangedResult);
            }

            return ExitCode.Success;
        });
        return command;
    }

    /// <exception cref="UserErrorException">It was not changed.</exception>
    internal static Entry Changed(ArtifactChange change, Entry artifact) => change switch
    {
        ArtifactChange.Done done => done.Artifact,
        ArtifactChange.Refused refused => throw new UserErrorException(ArtifactDiagnostics.NotReady(refused.Artifact)),
        _ => throw new UserErrorException(ArtifactDiagnostics.NotYours(artifact)),
    };
}
