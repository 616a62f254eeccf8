using System.Text;
using Strata.Core;

namespace Strata.Storage.Objects;

/// <summary>
/// Where one organization's objects of one database lie in a store:
/// <code>
/// STORE/            random, of the database: blob_store
///   ORG/            its name, or its hash if that is no name of an object
///     DIGEST-HEX/   of the blob it was begun for
///       UPLOAD      random, of blob_upload: written once
/// </code>
/// </summary>
/// <param name="Store">Id of the store, for this database.</param>
internal sealed record BlobSpace(string Store, string Org)
{
    private const int OrgLengthMax = 63;

    public static string NewId() => Guid.NewGuid().ToString("n");

    public string KeyOf(Digest digest, string upload) => $"{Store}/{Segment(Org)}/{digest.Hex}/{upload}";

    /// <summary>A hash has 64 characters: no name is taken for one.</summary>
    private static string Segment(string org)
    {
        var isName = org.Length is > 0 and <= OrgLengthMax && org[0] != '.';
        foreach (var character in org)
        {
            isName &= char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '.' or '_';
        }

        return isName ? org : Digest.Of(Encoding.UTF8.GetBytes(org)).Hex;
    }
}
