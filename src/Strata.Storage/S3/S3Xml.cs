using System.Globalization;
using System.Security;
using System.Text;
using System.Xml;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>The few documents of S3 that are read and written here. Namespaces are not looked at: servers differ.</summary>
internal static class S3Xml
{
    private const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true, IgnoreComments = true };

    /// <summary>The root element, its texts and the groups that repeat.</summary>
    /// <param name="groups">Elements below the root that hold others.</param>
    /// <exception cref="XmlException">No document.</exception>
    public static S3Document Read(ReadOnlyMemory<byte> body, params ReadOnlySpan<string> groups)
    {
        using var reader = Open(body);
        reader.MoveToContent();
        var document = new S3Document(reader.LocalName);
        var names = groups.ToArray();
        var (group, depth) = (document.Texts, 1);
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                if (reader.Depth == 1 && !reader.IsEmptyElement && names.Contains(reader.LocalName))
                {
                    (group, depth) = (new(StringComparer.Ordinal), 2);
                    document.Groups.Add(group);
                }
                else if (reader.Depth == depth && !reader.IsEmptyElement)
                {
                    var name = reader.LocalName;
                    group[name] = TextOf(reader);
                }
            }
            else if (reader.NodeType == XmlNodeType.EndElement && reader.Depth == 1)
            {
                (group, depth) = (document.Texts, 1);
            }
        }

        return document;
    }

    public static XmlReader Open(ReadOnlyMemory<byte> body) => XmlReader.Create(new MemoryStream(body.ToArray()), Settings);

    public static byte[] Complete(IReadOnlyList<StoredPart> parts)
    {
        var text = new StringBuilder($"<CompleteMultipartUpload xmlns=\"{Namespace}\">");
        foreach (var part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"<Part><PartNumber>{part.Number}</PartNumber><ETag>&quot;{SecurityElement.Escape(part.ETag)}&quot;</ETag></Part>");
        }

        return Encoding.UTF8.GetBytes(text.Append("</CompleteMultipartUpload>").ToString());
    }

    /// <summary>Up to the end of the element; deeper elements are passed over.</summary>
    private static string TextOf(XmlReader reader)
    {
        var (depth, text) = (reader.Depth, "");
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.Depth == depth + 1 && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
            {
                text += reader.Value;
            }
        }

        return text;
    }
}

internal sealed class S3Document(string root)
{
    public string Root { get; } = root;

    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    public List<Dictionary<string, string>> Groups { get; } = [];

    public string this[string name] => Texts.GetValueOrDefault(name, "");

    public bool IsTruncated => this["IsTruncated"] == "true";
}
