namespace Strata.Cli.Artifact;

/// <summary>What jobs name does not steer a terminal.</summary>
internal static class TerminalText
{
    public static string Printable(string text) => Image.ImageShowCommand.Printable(text);
}
