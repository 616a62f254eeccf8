using System.Runtime.CompilerServices;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Namespaces;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>What every sandbox has before anything is known of its job: a slot with its directories, and the process that owns its namespaces.</summary>
internal static class SandboxReservation
{
    /// <param name="slot">Released with the rest when this fails.</param>
    /// <returns>The caller releases it.</returns>
    /// <exception cref="EnvironmentException">The machine refuses.</exception>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    internal static async Task<SandboxParts> MakeAsync(Slot slot, string id, HostSetup host, MountNamespaceThread mounts, CancellationToken cancellationToken)
    {
        var parts = new SandboxParts(slot, host.Ids.OfSlot(slot.Number, ownRange: host.CanIdmap), id, mounts);
        try
        {
            var holding = HoldAsync(host.InitPath, parts.Ids, cancellationToken);
            var directoriesError = CreateDirectories(parts);
            parts.Holder = await holding.ConfigureAwait(false);
            return directoriesError is null ? parts : throw SandboxDiagnostics.Refused(SandboxDiagnostics.DataDirectoryFailed(directoriesError.Message), directoriesError);
        }
        catch
        {
            await parts.ReleaseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Not thrown: the holder, which starts meanwhile, is to be known and ended.</summary>
    private static IOException? CreateDirectories(SandboxParts parts)
    {
        try
        {
            parts.Slot.CreateDirectories(parts.Ids);
            return null;
        }
        catch (IOException e)
        {
            return e;
        }
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private static async Task<NamespaceHolder> HoldAsync(string init, IdRange ids, CancellationToken cancellationToken)
    {
        try
        {
            return await NamespaceHolder.StartAsync(init, ids, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.UserNamespaceRefused(e.Message), e);
        }
    }
}
