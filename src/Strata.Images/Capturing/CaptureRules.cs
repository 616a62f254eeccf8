namespace Strata.Images.Capturing;

/// <summary>What a step makes that is not part of its layer.</summary>
internal static class CaptureRules
{
}
