using System.Globalization;
using System.Runtime.CompilerServices;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>Lists, page by page. What is not of ours (other keys in the bucket) is passed over.</summary>
/// <param name="pageSize">At most 1,000.</param>
internal sealed class S3Listings(S3Sender sender, S3Names names, BlobTimes times, int pageSize)
{
    private readonly string _pageSize = pageSize.ToString(CultureInfo.InvariantCulture);

    public async Task<IReadOnlyList<StoredPart>> PartsAsync(UploadTarget upload, CancellationToken cancellationToken)
    {
        List<StoredPart> parts = [];
        while (true)
        {
            var marker = parts.Count == 0 ? 0 : parts[^1].Number;
            var page = await PageAsync(
                names.Path(upload.Key), [("uploadId", upload.UploadId), ("max-parts", _pageSize), ("part-number-marker", Text(marker))], BlobFault.NoSuchUpload, "Part",
                cancellationToken).ConfigureAwait(false);
            foreach (var part in page.Groups)
            {
                var number = (int)Number(part, "PartNumber");
                parts.Add(number > marker && number <= BlobName.PartNumberMax ? new(number, part.GetValueOrDefault("ETag", "").Trim('"'), Number(part, "Size")) : throw NoSense("parts"));
                marker = number;
            }

            if (!page.IsTruncated)
            {
                return parts;
            }

            if (page.Groups.Count == 0)
            {
                throw NoSense("parts");
            }
        }
    }

    public async IAsyncEnumerable<PendingUpload> UploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (keyMarker, idMarker) = ("", "");
        while (true)
        {
            List<(string, string)> query = [("uploads", ""), ("max-uploads", _pageSize), ("prefix", names.Path(prefix)), ("encoding-type", "url")];
            if (keyMarker.Length > 0)
            {
                query.AddRange([("key-marker", keyMarker), ("upload-id-marker", idMarker)]);
            }

            var page = await PageAsync("", query, BlobFault.Refused, "Upload", cancellationToken).ConfigureAwait(false);
            foreach (var upload in page.Groups)
            {
                if (names.Find(Decoded(upload.GetValueOrDefault("Key", ""))) is { } key && upload.GetValueOrDefault("UploadId") is { Length: > 0 } id)
                {
                    yield return new(new(key, id), Time(upload, "Initiated"));
                }
            }

            var next = (Decoded(page["NextKeyMarker"]), page["NextUploadIdMarker"]);
            if (!page.IsTruncated)
            {
                yield break;
            }

            (keyMarker, idMarker) = next != (keyMarker, idMarker) && next.Item1.Length > 0 ? next : throw NoSense("uploads");
        }
    }

    public async IAsyncEnumerable<StoredObject> ObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var token = "";
        while (true)
        {
            List<(string, string)> query = [("list-type", "2"), ("max-keys", _pageSize), ("prefix", names.Path(prefix)), ("encoding-type", "url")];
            if (token.Length > 0)
            {
                query.Add(("continuation-token", token));
            }

            var page = await PageAsync("", query, BlobFault.Refused, "Contents", cancellationToken).ConfigureAwait(false);
            foreach (var found in page.Groups)
            {
                if (names.Find(Decoded(found.GetValueOrDefault("Key", ""))) is { } key)
                {
                    yield return new(key, Number(found, "Size"), Time(found, "LastModified"));
                }
            }

            if (!page.IsTruncated)
            {
                yield break;
            }

            var next = page["NextContinuationToken"];
            token = next.Length > 0 && next != token ? next : throw NoSense("objects");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private async Task<S3Document> PageAsync(
        string path, IReadOnlyList<(string, string)> query, BlobFault missing, string group, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Get, path) { Query = query, Missing = missing, AnswerWithin = times.Answer };
        var answer = await sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
        return sender.Document(call, answer, group);
    }

    private long Number(Dictionary<string, string> texts, string name) =>
        long.TryParse(texts.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NoSense(name);

    private DateTimeOffset Time(Dictionary<string, string> texts, string name) =>
        DateTimeOffset.TryParse(texts.GetValueOrDefault(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw NoSense(name);

    private BlobStoreException NoSense(string what) => new(BlobFault.Unavailable, $"{sender.Description}: a list of {what} that makes no sense.");
}
