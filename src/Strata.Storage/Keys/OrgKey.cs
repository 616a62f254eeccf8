using System.Security.Cryptography;
using System.Text;
using Strata.Storage.Blobs;

namespace Strata.Storage.Keys;

/// <summary>Makes, wraps and unwraps the keys of one organization's blobs. Another organization's opens none of them. Safe for concurrent use.</summary>
public sealed class OrgKey
{
    private readonly byte[] _key;
    private readonly byte[] _purpose;

    private OrgKey(string org, byte[] key) => (Org, _key, _purpose) = (org, key, Encoding.UTF8.GetBytes($"strata/blob-key/1 {org}"));

    public string Org { get; }

    /// <summary>One for each object ever written: resuming an upload takes the one it began with.</summary>
    public static BlobKey NewBlobKey()
    {
        Span<byte> id = stackalloc byte[BlobKey.IdSize];
        Span<byte> key = stackalloc byte[BlobKey.KeySize];
        RandomNumberGenerator.Fill(id);
        RandomNumberGenerator.Fill(key);
        var made = new BlobKey(id, key);
        CryptographicOperations.ZeroMemory(key);
        return made;
    }

    /// <returns>For the record: base64.</returns>
    public string Wrap(BlobKey key) => KeyWrap.Wrap(_key, key.Id, key.Secret, _purpose);

    /// <exception cref="BlobStoreException"><see cref="BlobFault.Damaged"/>: not wrapped by this organization's key, or changed.</exception>
    public BlobKey Unwrap(string wrapped)
    {
        Span<byte> id = stackalloc byte[BlobKey.IdSize];
        Span<byte> key = stackalloc byte[BlobKey.KeySize];
        if (!KeyWrap.TryUnwrap(_key, wrapped, _purpose, id, key))
        {
            throw new BlobStoreException(BlobFault.Damaged, $"A blob's key is not one of the organization {Org}, or its record was changed.");
        }

        var opened = new BlobKey(id, key);
        CryptographicOperations.ZeroMemory(key);
        return opened;
    }

    internal static (OrgKey Key, string Wrapped) New(string org, RootKey root)
    {
        Span<byte> id = stackalloc byte[BlobKey.IdSize];
        RandomNumberGenerator.Fill(id);
        var key = RandomNumberGenerator.GetBytes(BlobKey.KeySize);
        return (new(org, key), KeyWrap.Wrap(root.Key, id, key, PurposeOf(org)));
    }

    /// <returns>Null: wrapped by another root key, or for another organization, or changed.</returns>
    internal static OrgKey? Find(string org, string wrapped, RootKey root)
    {
        Span<byte> id = stackalloc byte[BlobKey.IdSize];
        var key = new byte[BlobKey.KeySize];
        return KeyWrap.TryUnwrap(root.Key, wrapped, PurposeOf(org), id, key) ? new(org, key) : null;
    }

    private static byte[] PurposeOf(string org) => Encoding.UTF8.GetBytes($"strata/org-key/1 {org}");
}
