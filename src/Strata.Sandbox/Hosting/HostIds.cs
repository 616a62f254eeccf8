using Strata.Sandbox.Namespaces;

namespace Strata.Sandbox.Hosting;

/// <summary>Which ids jobs get here. Full: a range of 2^20 for each live sandbox. Nested (rootless): all share what the user's subuid range gives.</summary>
internal sealed class HostIds
{
    internal const uint NestedSizeMin = 65536;

    private readonly uint _mapped = IdMap.MappedFromZero();

    internal bool IsNested => _mapped < IdRange.FirstBase + ((uint)IdRange.SlotCountMax * IdRange.FullSize);

    /// <exception cref="Core.Diagnostics.EnvironmentException">Too few ids are mapped.</exception>
    internal IdRange OfSlot(int slot, bool ownRange)
    {
        if (!IsNested)
        {
            return IdRange.OfSlot(ownRange ? slot : 0);
        }

        return _mapped > NestedSizeMin ? new(1, _mapped - 1) : throw SandboxDiagnostics.Refused(SandboxDiagnostics.TooFewIds(_mapped));
    }
}
