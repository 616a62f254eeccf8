using Strata.Sandbox.Mounts;

namespace Strata.Sandbox.ControlGroups;

/// <summary>Where this machine's cgroup trees are mounted: v1, v2, or both (hybrid).</summary>
internal sealed class ControlGroupHierarchies
{
    private ControlGroupHierarchies(IReadOnlyList<(string Target, string Controllers)> legacy, string? unified) => (Legacy, Unified) = (legacy, unified);

    internal IReadOnlyList<(string Target, string Controllers)> Legacy { get; }

    /// <summary>The v2 mount, or null.</summary>
    internal string? Unified { get; }

    /// <summary>The runtime sees v1 only where both are mounted (MountNamespaceThread hides v2 from it).</summary>
    internal bool IsLegacy => Legacy.Count > 0;

    internal static ControlGroupHierarchies Read()
    {
        var legacy = new List<(string, string)>();
        string? unified = null;
        foreach (var mount in MountTable.Read())
        {
            if (mount.Type == "cgroup")
            {
                legacy.Add((mount.Target, mount.SuperOptions));
            }
            else if (mount.Type == "cgroup2")
            {
                unified ??= mount.Target;
            }
        }

        return new(legacy, unified);
    }

    /// <summary>The mount that has the controller, or null.</summary>
    internal string? Find(string controller)
    {
        foreach (var (target, controllers) in Legacy)
        {
            if (controllers.Split(',').Contains(controller))
            {
                return target;
            }
        }

        return !IsLegacy && Unified is { } unified && ReadOrEmpty($"{unified}/cgroup.controllers").Split(' ', '\n').Contains(controller) ? unified : null;
    }

    /// <summary>Every directory a group of that path may have.</summary>
    internal IEnumerable<string> Directories(string path)
    {
        foreach (var (target, _) in Legacy)
        {
            yield return target + path;
        }

        if (Unified is not null)
        {
            yield return Unified + path;
        }
    }

    internal static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}
