namespace Strata.Core.Identity;

/// <summary>How much a build is trusted. Trust flows down only: nothing a lower build wrote is visible to a higher one (DESIGN §7).</summary>
public enum Trust
{
    Fork,
    Internal,
    Protected,
}
