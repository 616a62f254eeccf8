using Strata.Layers.Erofs;
using Strata.Layers.Packing;

namespace Strata.Layers.Secrets;

/// <summary>
/// Looks into what is about to be stored for the values of secrets, however they are written, and for files in which tools keep credentials. Names, link
/// targets, attributes and contents; not inside compressed files. Safe for concurrent use.
/// </summary>
/// <param name="secrets">Values by name.</param>
/// <param name="isAllowed">Paths at which a find is none, because somebody said so; null: nowhere.</param>
public sealed class SecretGate(IReadOnlyDictionary<string, string> secrets, Func<byte[], bool>? isAllowed = null)
{
    /// <summary>Bytes. Shorter values are found in ordinary files by chance.</summary>
    public const int LengthMin = 8;

    /// <summary>How many are told of: enough to see what went wrong.</summary>
    public const int FindsMax = 100;

    private readonly SecretPatterns _patterns = new(secrets);

    /// <summary>Names of the secrets that are not looked for.</summary>
    public IReadOnlyList<string> TooShort => _patterns.TooShort;

    /// <summary>Reads a whole layer that was written and not yet committed.</summary>
    /// <returns>In path order, at most one of each name's parts and secret.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<SecretFind> Check(LayerTarget layer, CancellationToken cancellationToken)
    {
        using var image = ErofsReader.Open(layer.ImagePath);
        using var search = new LayerSearch(image, _patterns);
        foreach (var entry in image.Entries())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isAllowed?.Invoke(entry.Entry.Path) != true)
            {
                search.LookAt(entry);
            }

            if (search.Finds.Count >= FindsMax)
            {
                break;
            }
        }

        return search.Finds;
    }
}
