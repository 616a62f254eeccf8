using Strata.Layers.Differences;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;

namespace Strata.Layers.Secrets;

/// <summary>
/// Looks into what is about to be stored for the values of secrets, however they are written, and for files in which tools keep credentials. Names, link
/// targets, attributes and contents; not inside compressed files. Safe for concurrent use.
/// </summary>
/// <param name="secrets">Values by name.</param>
/// <param name="masked">Values without a name, that a step of the job declared secret; null: none.</param>
/// <param name="isAllowed">Paths at which a find is none, because somebody said so; null: nowhere.</param>
public sealed class SecretGate(IReadOnlyDictionary<string, string> secrets, IReadOnlyCollection<string>? masked = null, Func<byte[], bool>? isAllowed = null)
{
    /// <summary>Bytes. Shorter values are found in ordinary files by chance.</summary>
    public const int LengthMin = 8;

    /// <summary>How many are told of: enough to see what went wrong.</summary>
    public const int FindsMax = 100;

    private readonly SecretPatterns _patterns = new(secrets, masked ?? []);

    /// <summary>Names of the secrets that are not looked for.</summary>
    public IReadOnlyList<string> TooShort => _patterns.TooShort;

    /// <summary>Where jobs see the overlay whose trees are checked, without slashes around it. For what is told.</summary>
    public byte[] Mount { get; init; } = [];

    /// <summary>Bytes of a file read at once; what is found does not depend on it.</summary>
    internal int ChunkSize { get; init; } = 1 << 20;

    /// <summary>Reads a whole layer that was written and not yet committed.</summary>
    /// <param name="at">Where its root lies, from the overlay's root: a file is known by all of its path, also if only it is published.</param>
    /// <returns>In path order, at most one of each name's parts and secret.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<SecretFind> Check(LayerTarget layer, ReadOnlySpan<byte> at, CancellationToken cancellationToken)
    {
        using var image = ErofsReader.Open(layer.ImagePath);
        using var search = new LayerSearch(image, _patterns, TreePath.Join(Mount, at), ChunkSize);
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
