namespace Strata.Sandbox;

/// <summary>Which paths the commands of a sandbox ask for. Goes on until the sandbox ends; commands are slower meanwhile.</summary>
public interface IFileTrace
{
    /// <summary>So far. Absolute, as the commands named them or in the directory they were in; links not resolved; at most a hundred thousand.</summary>
    TracedPaths Paths();
}

/// <param name="Missing">Asked for, and never there.</param>
/// <param name="Found">Opened or executed.</param>
/// <param name="Seen">There, and asked about: by stat and the like, or gone to.</param>
public sealed record TracedPaths(IReadOnlyCollection<string> Missing, IReadOnlyCollection<string> Found, IReadOnlyCollection<string> Seen);
