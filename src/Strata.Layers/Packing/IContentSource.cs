using Strata.Layers.Entries;

namespace Strata.Layers.Packing;

/// <summary>Where the contents of a tree's files come from. Of one thread at a time.</summary>
internal interface IContentSource
{
    /// <summary>Attributes left out.</summary>
    long AttributesDropped { get; }

    /// <returns>Its number; the caller closes it.</returns>
    int Open(int index);

    /// <summary>When it has been read: whether it is what it was said to be.</summary>
    /// <returns>What is to be added to its attributes.</returns>
    /// <exception cref="IOException">It is not.</exception>
    IReadOnlyList<Xattr> Check(int index, int file);
}
