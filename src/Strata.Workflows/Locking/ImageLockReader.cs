using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Locking;

/// <summary>The text of a lock file to its model. Pure; never throws for any text.</summary>
public static class ImageLockReader
{
    public const int FileSizeMax = 1 << 20; // bytes
    private const int ImagesMax = 1_000;
    private const int PackagesMax = 20_000; // of one suite
    private const int ProblemsMax = 50;

    /// <param name="file">As the user named it: for messages.</param>
    /// <returns>The lock is null iff there are problems: all of them, by place.</returns>
    public static (ImageLock? Lock, IReadOnlyList<Diagnostic> Problems) Read(string file, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FileSizeMax)
        {
            return (null, [LockDiagnostics.TooMuch(new(file, 1, 1), $"over {FileSizeMax} bytes")]);
        }

        var problems = new List<Diagnostic>();
        var images = YamlReader.Read(file, utf8, problems) is { } root ? ReadRoot(root, problems) : null;
        if (problems.Count == 0)
        {
            return (new(images!), []);
        }

        problems.Sort(static (a, b) => (a.At?.Line, a.At?.Column).CompareTo((b.At?.Line, b.At?.Column)));
        return (null, problems.Count > ProblemsMax ? problems[..ProblemsMax] : problems);
    }

    private static Dictionary<string, LockedImage> ReadRoot(YamlNode root, List<Diagnostic> problems)
    {
        var images = new Dictionary<string, LockedImage>(StringComparer.Ordinal);
        if (root is not YamlMapping mapping)
        {
            problems.Add(LockDiagnostics.WrongKind(root.At, "The lock file", "a mapping", root.Description));
            return images;
        }

        var format = false;
        foreach (var (key, value) in mapping.Entries)
        {
            switch (key.Text)
            {
                case "format":
                    format = true;
                    if (value is not YamlScalar { Text: ImageLock.Format })
                    {
                        problems.Add(LockDiagnostics.UnknownFormat(value.At, (value as YamlScalar)?.Text ?? value.Description));
                    }

                    break;
                case "images" when value is YamlMapping pins:
                    ReadPins(pins, images, problems);
                    break;
                case "images" when value is not YamlScalar { Kind: YamlKind.Null }:
                    problems.Add(LockDiagnostics.WrongKind(value.At, "images", "a mapping from references to pins", value.Description));
                    break;
                case "images":
                    break;
                default:
                    problems.Add(LockDiagnostics.UnknownKey(key.At, key.Text, "format, images"));
                    break;
            }
        }

        if (!format)
        {
            problems.Add(LockDiagnostics.UnknownFormat(mapping.At, null));
        }

        return images;
    }

    private static void ReadPins(YamlMapping pins, Dictionary<string, LockedImage> images, List<Diagnostic> problems)
    {
        foreach (var (key, value) in pins.Entries)
        {
            if (images.Count >= ImagesMax)
            {
                problems.Add(LockDiagnostics.TooMuch(key.At, $"more than {ImagesMax} images"));
                return;
            }

            var (reference, why) = BaseReferences.Parse(key.Text);
            if (reference is not (BaseReference.Oci or BaseReference.Debootstrap))
            {
                problems.Add(LockDiagnostics.BadReference(key.At, key.Text, why ?? "its content decides already what it is."));
            }
            else if (value is not YamlMapping pin)
            {
                problems.Add(LockDiagnostics.WrongKind(value.At, "A pin", "a mapping with a digest", value.Description));
            }
            else if (ReadPin(key, pin, reference is BaseReference.Debootstrap, problems) is { } image)
            {
                images[key.Text] = image;
            }
        }
    }

    private static LockedImage? ReadPin(YamlScalar reference, YamlMapping pin, bool isSuite, List<Diagnostic> problems)
    {
        Digest? digest = null;
        var hasDigest = false;
        string? resolved = null;
        List<string> packages = [];
        foreach (var (key, value) in pin.Entries)
        {
            switch (key.Text)
            {
                case "digest":
                    hasDigest = true;
                    digest = Digest.TryParse((value as YamlScalar)?.Text, null, out var parsed) ? parsed : null;
                    if (digest is null)
                    {
                        problems.Add(LockDiagnostics.BadDigest(value.At, reference.Text, (value as YamlScalar)?.Text ?? value.Description));
                    }

                    break;
                case "resolved" when isSuite && value is YamlSequence list:
                    ReadPackages(list, packages, problems);
                    break;
                case "resolved" when !isSuite && value is YamlScalar text:
                    resolved = text.Text;
                    break;
                case "resolved":
                    problems.Add(LockDiagnostics.WrongKind(value.At, "resolved", isSuite ? "a list of packages" : "a text", value.Description));
                    break;
                default:
                    problems.Add(LockDiagnostics.UnknownKey(key.At, key.Text, "digest, resolved"));
                    break;
            }
        }

        if (!hasDigest)
        {
            problems.Add(LockDiagnostics.BadDigest(reference.At, reference.Text, null));
        }

        return digest is { } named ? new(named, resolved, packages, reference.At) : null;
    }

    private static void ReadPackages(YamlSequence list, List<string> packages, List<Diagnostic> problems)
    {
        if (list.Items.Count > PackagesMax)
        {
            problems.Add(LockDiagnostics.TooMuch(list.At, $"more than {PackagesMax} packages"));
            return;
        }

        foreach (var item in list.Items)
        {
            if (item is YamlScalar { Text: var text } && IsPackage(text))
            {
                packages.Add(text);
            }
            else
            {
                problems.Add(LockDiagnostics.BadPackage(item.At, (item as YamlScalar)?.Text ?? item.Description));
            }
        }
    }

    /// <summary><c>name=version</c> or <c>name:architecture=version</c>, in printable ASCII.</summary>
    private static bool IsPackage(string text) =>
        text.Length is > 2 and <= 512 && text.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && equals < text.Length - 1
        && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
