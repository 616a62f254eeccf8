using System.Buffers;

namespace Strata.Core.Identity;

/// <summary>
/// Names of artifacts: they become names of files and parts of addresses. As actions/upload-artifact has them. One rule for names that are written out, which
/// are refused when the workflow is read, and for those that are computed.
/// </summary>
public static class ArtifactNames
{
    private const int LengthMax = 256;

    private static readonly SearchValues<char> Refused = SearchValues.Create("\":<>|*?\\/\r\n\0");

    public static bool IsName(string name) => name.Length is > 0 and <= LengthMax && !name.AsSpan().ContainsAny(Refused) && name is not ("." or "..");
}
