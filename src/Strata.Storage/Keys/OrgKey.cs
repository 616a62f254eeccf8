namespace Strata.Storage.Keys;

/// <summary>Makes, wraps and unwraps the keys of one organization's blobs. Another organization's opens none of them. Safe for concurrent use.</summary>
public sealed class OrgKey
{
    internal OrgKey(string org, byte[] key) => (Org, Key) = (org, key);

    public string Org { get; }

    internal byte[] Key { get; }

    /// <summary>One for each object ever written: resuming an upload takes the one it began with.</summary>
    public BlobKey NewBlobKey() => throw new NotSupportedException();

    /// <returns>For the record: base64.</returns>
    public string Wrap(BlobKey key) => throw new NotSupportedException();

    /// <exception cref="Blobs.BlobStoreException"><see cref="Blobs.BlobFault.Damaged"/>: not wrapped by this organization's key, or changed.</exception>
    public BlobKey Unwrap(string wrapped) => throw new NotSupportedException();
}
