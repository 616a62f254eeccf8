using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Entries;

namespace Strata.Execution.Hermetic;

/// <summary>What a path of the workspace leads through: who opens it needs the links on the way as well as what they name.</summary>
internal static class WorkspaceLinks
{
    private const int LinksMax = 40; // the kernel's

    /// <summary>The links that are followed, then what they lead to if it is there; paths from the workspace.</summary>
    public static IReadOnlyList<(string Path, EntryKind Kind)> Follow(MergedTree shown, string path)
    {
        var passed = new List<(string, EntryKind)>();
        var names = new Stack<string>(path.Split('/').Reverse());
        var at = "";
        while (names.TryPop(out var name))
        {
            if (name is "" or ".")
            {
                continue;
            }

            if (name == "..")
            {
                if (at.Length == 0)
                {
                    return passed; // out of the workspace
                }

                at = at[..Math.Max(at.LastIndexOf('/'), 0)];
                continue;
            }

            var next = at.Length == 0 ? name : $"{at}/{name}";
            if (shown.Find(Encoding.UTF8.GetBytes(next))?.Entry is not { } entry)
            {
                return passed;
            }

            if (entry.Kind is EntryKind.Symlink)
            {
                passed.Add((next, entry.Kind));
                if (passed.Count > LinksMax || Encoding.UTF8.GetString(entry.Link) is not { } target || !TryEnter(ref target, ref at))
                {
                    return passed;
                }

                foreach (var step in target.Split('/').Reverse())
                {
                    names.Push(step);
                }

                continue;
            }

            at = next;
            if (names.Count == 0)
            {
                passed.Add((next, entry.Kind));
            }
        }

        return passed;
    }

    /// <summary>False: it leads out of the workspace.</summary>
    private static bool TryEnter(ref string target, ref string at)
    {
        if (!target.StartsWith('/'))
        {
            return true;
        }

        const string Workspace = $"{Strata.Sandbox.SandboxSpec.WorkspacePath}/";
        if (!$"{target}/".StartsWith(Workspace, StringComparison.Ordinal))
        {
            return false;
        }

        (target, at) = ($"{target}/"[Workspace.Length..], "");
        return true;
    }
}
