using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Sandbox.ControlGroups;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Network;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>The sandboxes of this process.</summary>
internal sealed class SandboxHost : ISandboxHost
{
    private readonly SandboxOptions _options;
    private readonly string _dataDirectory;
    private readonly HostProbe _probe;
    private readonly Lazy<MountNamespaceThread> _mounts = new(() => new MountNamespaceThread());
    private readonly SlotTable _slots;
    private readonly HashSet<JobSandbox> _live = []; // guarded by itself
    private readonly RemovalQueue _removals = new();
    private readonly List<Diagnostic> _notices = []; // guarded by itself
    private Task<SandboxParts?>? _reserved; // made while nobody waits, for the first start

    internal SandboxHost(SandboxOptions options)
    {
        _options = options;
        _dataDirectory = Path.GetFullPath(options.DataDirectory);
        _probe = new(options with { DataDirectory = _dataDirectory });
        _slots = new($"{_dataDirectory}/live", RemoveLeftovers);
    }

    public IReadOnlyList<Diagnostic> Notices
    {
        get
        {
            lock (_notices)
            {
                return [.. _notices];
            }
        }
    }

    public int TreeOwnerShift => _probe.TreeOwnerShift;

    private string NamePrefix => Digest.Of(Encoding.UTF8.GetBytes(_dataDirectory)).Hex[..8];

    public IReadOnlyDictionary<string, string> SiteEnvironment => _probe.Site.Value.Environment;

    public void WarmUp()
    {
        _reserved ??= Task.Run(async () =>
        {
            try
            {
                return await ReserveAsync(await FindHostAsync(CancellationToken.None).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // the first start meets it again, and tells
            catch (Exception)
#pragma warning restore CA1031
            {
                return null;
            }
        });
        _ = Task.Run(async () =>
        {
            var host = await FindHostAsync(CancellationToken.None).ConfigureAwait(false);
            _ = host.Seccomp.Find();
            _ = host.Site.Value; // what goes wrong is met again by who asks
        });
    }

    public ValueTask<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken) => new(StartNewAsync(spec, cancellationToken));

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<ISandbox> StartNewAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var begin = _options.Time.GetTimestamp();
        var host = await FindHostAsync(cancellationToken).ConfigureAwait(false);
        NoticeLimits(host, spec.Limits);
        if (!host.CanIdmap && !host.Ids.IsNested)
        {
            AddNotice(SandboxDiagnostics.ShiftedTrees());
        }

        var parts = await TakeReservedAsync().ConfigureAwait(false) ?? await ReserveAsync(host, cancellationToken).ConfigureAwait(false);
        try
        {
            if (!host.Ids.IsNested)
            {
                parts.ControlGroup = new(host.ControlGroups, $"{JobControlGroup.Prefix}{parts.Id}");
                MigrationWarmUp.Start(host.ControlGroups);
            }

            await new SandboxStart(parts, spec, host).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await parts.ReleaseAsync().ConfigureAwait(false);
            throw;
        }

        if (spec.Limits.Disk is { } disk)
        {
            parts.DiskWatch = new(parts.Slot, disk, parts.ProcessId ?? -1, _options.Time);
            parts.DiskWatch.Start();
        }

        var sandbox = new JobSandbox(parts, host, _options.Time, _removals, Forget) { StartDuration = _options.Time.GetElapsedTime(begin) };
        lock (_live)
        {
            _live.Add(sandbox);
        }

        return sandbox;
    }

    private Task<HostSetup> FindHostAsync(CancellationToken cancellationToken) => _mounts.Value.RunAsync(_probe.Find, cancellationToken);

    private Task<SandboxParts> ReserveAsync(HostSetup host, CancellationToken cancellationToken)
    {
        var slot = _slots.Claim();
        return SandboxReservation.MakeAsync(slot, ContainerName(slot.Number), host, _mounts.Value, cancellationToken);
    }

    /// <summary>Whoever takes it releases it. Null: none was made, or another has it.</summary>
    private async Task<SandboxParts?> TakeReservedAsync() =>
        Interlocked.Exchange(ref _reserved, null) is { } reserved ? await reserved.ConfigureAwait(false) : null;

    private async Task ReleaseReservedAsync()
    {
        if (await TakeReservedAsync().ConfigureAwait(false) is { } parts)
        {
            await parts.ReleaseAsync().ConfigureAwait(false);
        }
    }

    public Diagnostic? FindNetworkProblem() => SlirpNetwork.FindProblem();

    public async Task<int> CleanUpAsync(CancellationToken cancellationToken)
    {
        await _removals.DrainAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(_slots.CleanAll, cancellationToken).ConfigureAwait(false);
    }

    public async Task EndSandboxesAsync()
    {
        await Task.WhenAll(Array.ConvertAll(Live(), s => s.EndUnlessFrozenAsync())).ConfigureAwait(false);
        await ReleaseReservedAsync().ConfigureAwait(false);
        await _removals.DrainAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Live() is [_, ..] live)
            {
                await Task.WhenAll(Array.ConvertAll(live, static s => s.DisposeAsync().AsTask())).ConfigureAwait(false);
            }

            await ReleaseReservedAsync().ConfigureAwait(false);
            await _removals.DrainAsync().ConfigureAwait(false);
        }
        finally
        {
            if (_mounts.IsValueCreated)
            {
                _mounts.Value.Dispose();
            }
        }
    }

    private string ContainerName(int slot) =>
        string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}-{slot}-{Guid.NewGuid().ToString("n")[..8]}"); // not from cryptography: its library takes a start some milliseconds

    private JobSandbox[] Live()
    {
        lock (_live)
        {
            return [.. _live];
        }
    }

    private void Forget(JobSandbox sandbox)
    {
        lock (_live)
        {
            _live.Remove(sandbox);
        }
    }

    /// <summary>The slot's owner is dead: its processes ended with it (process 1, holder and network see the end of their pipe); what did not is killed here.</summary>
    private void RemoveLeftovers(int slot) =>
        Leftovers.Remove(_probe.StateDirectory, string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}-{slot}-"));

    private void NoticeLimits(HostSetup host, ResourceLimits limits)
    {
        Notice(limits.Cpu is not null, "cpu", "cpu");
        Notice(limits.Memory is not null, "memory", "memory");
        Notice(limits.Pids is not null, "pids", "pids");

        void Notice(bool wanted, string limit, string controller)
        {
            if (!wanted || (!host.Ids.IsNested && host.ControlGroups.Find(controller) is not null))
            {
                return;
            }

            var why = host.Ids.IsNested ? "a normal user has no cgroup to put jobs in" : $"the cgroup controller '{controller}' is not available";
            AddNotice(SandboxDiagnostics.LimitNotEnforced(limit, why));
        }
    }

    private void AddNotice(Diagnostic notice)
    {
        lock (_notices)
        {
            if (!_notices.Contains(notice))
            {
                _notices.Add(notice);
            }
        }
    }
}
