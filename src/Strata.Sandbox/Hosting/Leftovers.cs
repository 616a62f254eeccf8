using Strata.Sandbox.ControlGroups;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>What a dead owner may have left outside its slot's directory. Names begin with this data directory's hash and the slot: nobody else's are touched.</summary>
internal static class Leftovers
{
    internal static void Remove(string stateDirectory, string prefix)
    {
        var hierarchies = ControlGroupHierarchies.Read();
        foreach (var path in JobControlGroup.FindByPrefix(hierarchies, prefix))
        {
            new JobControlGroup(hierarchies, path).RemoveAsync().GetAwaiter().GetResult();
        }

        if (Directory.Exists(stateDirectory))
        {
            foreach (var directory in Directory.EnumerateDirectories(stateDirectory, prefix + "*"))
            {
                TreeRemoval.Remove(directory);
            }
        }
    }
}
