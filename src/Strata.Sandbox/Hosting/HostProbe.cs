using System.Runtime.InteropServices;
using Strata.Sandbox.ControlGroups;
using Strata.Sandbox.Init;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Namespaces;
using Strata.Sandbox.Processes;
using Strata.Sandbox.Runtimes;
using Strata.Sandbox.Site;

namespace Strata.Sandbox.Hosting;

/// <summary>Finds out, when first asked, what this machine can do.</summary>
internal sealed class HostProbe
{
    private readonly SandboxOptions _options;
    private readonly string _live;
    private readonly Lazy<string> _init;
    private readonly Lazy<bool> _canIdmap;
    private readonly Lock _probing = new(); // guards _setup
    private HostSetup? _setup;
    private readonly HostIds _ids = new();

    internal HostProbe(SandboxOptions options)
    {
        _options = options;
        _live = $"{options.DataDirectory}/live";
        _init = new(() => InstalledInit.Ensure($"{options.DataDirectory}/sandbox"));
        _canIdmap = new(TryIdmap);
    }

    internal Lazy<SiteSettings> Site { get; } = new(() => SiteSettings.Read(Environment.GetEnvironmentVariable));

    internal string StateDirectory => $"{_options.DataDirectory}/sandbox/runtime";

    internal int TreeOwnerShift => _canIdmap.Value ? 0 : (int)_ids.OfSlot(0, ownRange: false).HostBase;

    /// <summary>Call in the mount namespace thread.</summary>
    internal HostSetup Find()
    {
        lock (_probing)
        {
            if (_setup is null)
            {
                Directory.CreateDirectory(_live);
                _setup = Probe(TraversableView.Create(_live));
            }

            return _setup;
        }
    }

    private HostSetup Probe(TraversableView view)
    {
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.UnsupportedProcessor(RuntimeInformation.ProcessArchitecture.ToString()));
        }

        Directory.CreateDirectory(StateDirectory);
        var runtime = new OciRuntime(FindRuntime(), StateDirectory, ControlGroups: !_ids.IsNested);
        return new()
        {
            Ids = _ids,
            CanIdmap = _canIdmap.Value,
            Runtime = runtime,
            Seccomp = new($"{_options.DataDirectory}/sandbox", runtime),
            InitPath = _init.Value,
            View = view,
            Site = Site,
            ControlGroups = ControlGroupHierarchies.Read(),
        };
    }

    private string FindRuntime()
    {
        if (_options.RuntimePath is { } configured)
        {
            return ProgramPath.Find(configured) ?? throw SandboxDiagnostics.Refused(SandboxDiagnostics.ConfiguredRuntimeMissing(configured));
        }

        return ProgramPath.Find("crun") ?? ProgramPath.Find("runc") ?? throw SandboxDiagnostics.Refused(SandboxDiagnostics.RuntimeMissing());
    }

    // About a millisecond. In a nested namespace the kernel refuses idmaps on file systems it does not own.
    private bool TryIdmap()
    {
        if (_ids.IsNested || !IdmappedMount.IsSupported(Environment.OSVersion.Version))
        {
            return false;
        }

        using var holder = NamespaceHolder.StartAsync(_init.Value, IdRange.OfSlot(0), CancellationToken.None).GetAwaiter().GetResult();
        using var userNamespace = holder.OpenUserNamespace();
        return IdmappedMount.IsPossible(_options.DataDirectory, userNamespace);
    }
}
