using System.CommandLine;

namespace Strata.Cli.Artifact;

/// <summary><c>strata artifact</c>: look into, fetch and manage what runs published.</summary>
internal static class ArtifactCommand
{
    public static Command Create() => new("artifact", "List, show, fetch, remove and pin the artifacts of runs.")
    {
        ArtifactListCommand.Create(),
        ArtifactShowCommand.Create(),
        ArtifactGetCommand.Create(),
        ArtifactRemoveCommand.Create(),
        ArtifactPinCommand.Create(),
    };
}
