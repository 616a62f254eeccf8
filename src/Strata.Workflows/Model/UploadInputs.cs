using System.Globalization;

namespace Strata.Workflows.Model;

/// <summary>What inputs of actions/upload-artifact may be: refused when the workflow is read where they are written out, else by the step.</summary>
public static class UploadInputs
{
    /// <summary>As long as <c>retention:</c> may be; a site may allow less.</summary>
    public const int RetentionDaysMax = 3650;

    public static IReadOnlyList<string> IfNoFilesFound { get; } = ["warn", "error", "ignore"];

    /// <param name="text">Of <c>if-no-files-found</c>.</param>
    /// <returns>Null: it is none of the words.</returns>
    public static ArtifactIfEmpty? ReadIfEmpty(string? text) => text switch
    {
        null or "warn" => ArtifactIfEmpty.Warn,
        "error" => ArtifactIfEmpty.Error,
        "ignore" => ArtifactIfEmpty.Ignore,
        _ => null,
    };

    /// <summary>False: it is no number, or none of those allowed.</summary>
    /// <param name="text">Of <c>retention-days</c>.</param>
    /// <param name="retention">Null: the site's default, which GitHub's 0 means too.</param>
    public static bool TryReadRetention(string? text, out TimeSpan? retention)
    {
        var days = 0;
        var isValid = text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out days) && days <= RetentionDaysMax);
        retention = isValid && days > 0 ? TimeSpan.FromDays(days) : null;
        return isValid;
    }
}
