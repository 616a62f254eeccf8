using System.Buffers;

namespace Strata.Artifacts.Records;

/// <summary>Names of artifacts: they become names of files and parts of addresses. As actions/upload-artifact has them.</summary>
public static class ArtifactNames
{
    private const int LengthMax = 256;

    private static readonly SearchValues<char> Refused = SearchValues.Create("\":<>|*?\\/\r\n\0");

    public static bool IsName(string name) => name.Length is > 0 and <= LengthMax && !name.AsSpan().ContainsAny(Refused) && name is not ("." or "..");
}
