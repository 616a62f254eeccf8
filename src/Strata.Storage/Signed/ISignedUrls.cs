using Strata.Storage.Blobs;

namespace Strata.Storage.Signed;

/// <summary>Where who has no credentials of a store gets URLs with which its bytes go all the same. Asked again when one has run out.</summary>
public interface ISignedUrls
{
    /// <summary>For a PUT of this part.</summary>
    ValueTask<Uri> PartAsync(UploadTarget upload, int number, CancellationToken cancellationToken);

    /// <summary>For a GET of the object, ranges too.</summary>
    ValueTask<Uri> ReadAsync(string key, CancellationToken cancellationToken);
}

/// <summary>By who has the credentials.</summary>
/// <param name="lifetime">Of each URL: until its transfer begins.</param>
public sealed class StoreUrls(IBlobStore store, TimeSpan lifetime) : ISignedUrls
{
    public ValueTask<Uri> PartAsync(UploadTarget upload, int number, CancellationToken cancellationToken) => new(store.SignPart(upload, number, lifetime));

    public ValueTask<Uri> ReadAsync(string key, CancellationToken cancellationToken) => new(store.SignRead(key, lifetime));
}
