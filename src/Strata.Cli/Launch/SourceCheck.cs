using Strata.Layers.Trees;
using Strata.Sandbox.Processes;

namespace Strata.Cli.Launch;

/// <summary>
/// The launcher (`./strata` of a checkout) starts the program that is built and says where it lies; whether a source is newer is looked at here, on another core while
/// the command line is read (`find`, before the start, cost a third of it). If one is, the process becomes the launcher again, which builds: before anything was done.
/// </summary>
internal sealed class SourceCheck
{
    /// <summary>The launcher's path: set by it, and left to nothing that is started from here.</summary>
    private const string Launcher = "STRATA_LAUNCHER";

    /// <summary>Tells the launcher to build.</summary>
    private const string Stale = "STRATA_STALE";

    private static readonly string[] Sources = ["src", "tools", "Directory.Build.props", "Directory.Packages.props"];

    private readonly string _launcher;
    private readonly Thread _thread;
    private bool _isStale;

    private SourceCheck(string launcher)
    {
        _launcher = launcher;
        _thread = new Thread(Look) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Null: nobody asked.</summary>
    public static SourceCheck? Start()
    {
        if (Environment.GetEnvironmentVariable(Launcher) is not { Length: > 0 } launcher)
        {
            return null;
        }

        Environment.SetEnvironmentVariable(Launcher, null);
        return new(launcher);
    }

    /// <summary>Returns where the program is as new as its sources; else this process starts again with the program that is built from them.</summary>
    /// <exception cref="IOException">The launcher could not be started.</exception>
    public void End()
    {
        _thread.Join();
        if (_isStale)
        {
            throw ProcessReplacement.Become(_launcher, [_launcher, .. ProcessReplacement.Arguments()], $"{Stale}=1");
        }
    }

    private void Look()
    {
        try
        {
            _isStale = IsStale(Path.GetDirectoryName(_launcher)!);
        }
#pragma warning disable CA1031 // an exception of a thread would end the process; what cannot be looked at is for the build to tell
        catch (Exception)
#pragma warning restore CA1031
        {
            _isStale = true;
        }
    }

    private static bool IsStale(string checkout) => Array.Exists(
        Sources, name => NewerEntry.Exists(Path.Combine(checkout, name), than: Path.Combine(checkout, ".build/built"), except: "packages.lock.json"u8)); // made anew by each restore
}
