using System.CommandLine;

namespace Strata.Cli.Image;

/// <summary><c>strata image</c>: look into and manage the images on this host, and what they are pinned to.</summary>
internal static class ImageCommand
{
    public static Command Create() => new("image", "Build, list, show, pull, push, import, export, remove, prune and pin images.")
    {
        ImageBuildCommand.Create(),
        ImageListCommand.Create(),
        ImageShowCommand.Create(),
        ImageUpdateCommand.Create(),
        ImagePullCommand.Create(),
        ImagePushCommand.Create(),
        ImageImportCommand.Create(),
        ImageExportCommand.Create(),
        ImageRemoveCommand.Create(),
        ImagePruneCommand.Create(),
    };
}
