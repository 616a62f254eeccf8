using Microsoft.Win32.SafeHandles;

namespace Strata.Sandbox.Processes;

/// <summary>A program to start on the host. Nothing of this process reaches it but what is said here.</summary>
public sealed record ChildProcessSpec
{
    /// <summary>A path, or a name looked up in this process's PATH.</summary>
    public required string FileName { get; init; }

    /// <summary>Without the program's own name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment; null: this process's.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Null: the starting thread's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Child's descriptor number → ours. 0, 1 and 2 are /dev/null unless named; mapping 1 and 2 to one pipe keeps their order. The caller closes its own.</summary>
    public IReadOnlyDictionary<int, SafeFileHandle> Descriptors { get; init; } = new Dictionary<int, SafeFileHandle>();

    /// <summary>Give 0, 1 and 2 of this process (unless named above) instead of /dev/null.</summary>
    public bool InheritTerminal { get; init; }

    /// <summary>A session of its own: a terminal's Ctrl-C does not reach it, and its group can be signalled as a whole.</summary>
    public bool NewSession { get; init; } = true;
}
