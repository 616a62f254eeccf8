using System.Globalization;
using Strata.Sandbox.Namespaces;

namespace Strata.Sandbox.Slots;

/// <summary>The slots of one data directory, shared by the processes that use it.</summary>
internal sealed class SlotTable(string directory, Action<int> removeLeftovers)
{
    /// <summary>Takes the lowest free slot, after removing what a dead owner left in it.</summary>
    internal Slot Claim()
    {
        Directory.CreateDirectory(directory);
        for (var number = 0; number < IdRange.SlotCountMax; number++)
        {
            if (TryTake(number) is { } slot)
            {
                return slot;
            }
        }

        throw SandboxDiagnostics.Refused(SandboxDiagnostics.SlotsExhausted(IdRange.SlotCountMax));
    }

    /// <summary>Removes what dead owners left in any slot; what is live stays. Cheap when there is nothing.</summary>
    /// <returns>How many dead sandboxes were found.</returns>
    internal int CleanAll()
    {
        if (!Directory.Exists(directory))
        {
            return 0;
        }

        var count = 0;
        var numbers = new List<int>();
        foreach (var path in Directory.EnumerateFileSystemEntries(directory))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && !numbers.Contains(number)) // its lock and its directory
            {
                numbers.Add(number);
            }
        }

        foreach (var number in numbers)
        {
            using var slot = TryTake(number);
            count += slot is null ? 0 : 1;
        }

        return count;
    }

    private Slot? TryTake(int number)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{directory}/{number}");
        if (SlotLock.TryTake($"{path}.lock") is not { } slotLock)
        {
            return null;
        }

        try
        {
            if (Directory.Exists(path))
            {
                removeLeftovers(number);
                TreeRemoval.Remove(path);
            }

            return new(number, path, slotLock);
        }
        catch
        {
            slotLock.Dispose();
            throw;
        }
    }
}
