using System.CommandLine;
using System.Reflection;

namespace Strata.Cli.CommandLine;

/// <summary><c>strata version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine($"strata {Text}");
            return ExitCode.Success;
        });
        return command;
    }

    public static string Text { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
