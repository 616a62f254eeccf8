using System.Globalization;
using System.Text;
using System.Xml;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>The rule AbortIncompleteMultipartUpload of the bucket's lifecycle configuration. Rules that are not ours are sent back as they came.</summary>
/// <param name="prefix">Of all our keys in the bucket.</param>
internal sealed class S3Lifecycle(S3Sender sender, string prefix, BlobTimes times)
{
    /// <summary>What rules were called before each prefix had its own.</summary>
    private const string OldId = "strata-abandoned-uploads";

    private readonly string _id = $"{OldId}/{prefix}";

    public async Task<TimeSpan?> FindAsync(CancellationToken cancellationToken)
    {
        TimeSpan? shortest = null;
        foreach (var rule in await RulesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (rule.IsEnabled && !rule.HasOtherFilters && rule.AbortDays is { } days && prefix.StartsWith(rule.Prefix, StringComparison.Ordinal)
                && (shortest is null || shortest > TimeSpan.FromDays(days)))
            {
                shortest = TimeSpan.FromDays(days);
            }
        }

        return shortest;
    }

    public async Task SetAsync(int days, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        var text = new StringBuilder("<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        foreach (var rule in await RulesAsync(cancellationToken).ConfigureAwait(false))
        {
            text.Append(IsOurs(rule) ? "" : rule.Xml);
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"<Rule><ID>{_id}</ID><Filter><Prefix>{prefix}</Prefix></Filter><Status>Enabled</Status>"
            + $"<AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>");
        var call = new S3Call(HttpMethod.Put, "")
        {
            Query = [("lifecycle", "")],
            Body = Encoding.UTF8.GetBytes(text.ToString()),
            Missing = BlobFault.Refused,
            AnswerWithin = times.Answer,
        };
        await sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Other storages, of other prefixes, have theirs in the same bucket.</summary>
    private bool IsOurs(LifecycleRule rule) => rule.Id == _id || (rule.Id == OldId && rule.Prefix == prefix);

    private async Task<List<LifecycleRule>> RulesAsync(CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Get, "") { Query = [("lifecycle", "")], AnswerWithin = times.Answer };
        S3Answer answer;
        try
        {
            answer = await sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault == BlobFault.NotFound)
        {
            return []; // NoSuchLifecycleConfiguration
        }

        sender.Document(call, answer);
        List<LifecycleRule> rules = [];
        using var reader = S3Xml.Open(answer.Body);
        while (!reader.EOF)
        {
            if (reader.NodeType == XmlNodeType.Element && reader.Depth == 1 && reader.LocalName == "Rule")
            {
                rules.Add(LifecycleRule.Of(reader.ReadOuterXml())); // and goes on behind it
            }
            else
            {
                reader.Read();
            }
        }

        return rules;
    }
}

/// <param name="HasOtherFilters">Tags or sizes: it does not hold for all objects of its prefix.</param>
internal sealed record LifecycleRule(string Xml, string Id, string Prefix, bool IsEnabled, bool HasOtherFilters, int? AbortDays)
{
    public static LifecycleRule Of(string xml)
    {
        var (id, prefix, enabled, other, days) = ("", "", false, false, default(int?));
        using var reader = S3Xml.Open(Encoding.UTF8.GetBytes(xml));
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (reader.LocalName)
            {
                case "Tag" or "ObjectSizeGreaterThan" or "ObjectSizeLessThan":
                    other = true;
                    break;
                case "ID":
                    id = Text(reader);
                    break;
                case "Prefix":
                    prefix = Text(reader);
                    break;
                case "Status":
                    enabled = Text(reader) == "Enabled";
                    break;
                case "DaysAfterInitiation":
                    days = int.TryParse(Text(reader), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
                    break;
                default:
                    break;
            }
        }

        return new(xml, id, prefix, enabled, other, days);
    }

    private static string Text(XmlReader reader) => !reader.IsEmptyElement && reader.Read() && reader.NodeType == XmlNodeType.Text ? reader.Value : "";
}
