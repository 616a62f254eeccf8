using Strata.Sandbox.Hosting;

namespace Strata.Sandbox;

public static class SandboxModule
{
    /// <summary>Cheap: no scan, no process. What a sandbox needs is found out when the first one starts.</summary>
    public static ISandboxHost OpenHost(SandboxOptions options) => new SandboxHost(options);
}
