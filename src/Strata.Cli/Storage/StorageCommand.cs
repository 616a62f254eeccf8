using System.CommandLine;

namespace Strata.Cli.Storage;

/// <summary><c>strata storage</c>: looks after what is stored outside this host.</summary>
internal static class StorageCommand
{
    public static Command Create() => new("storage", "Look after blobs in the configured storage.")
    {
        StorageCollectCommand.Create(),
        StorageVerifyCommand.Create(),
        StorageStatsCommand.Create(),
    };
}
