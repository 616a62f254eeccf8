namespace Strata.Layers.Archives;

/// <summary>A link of a tree leads out of the directory it was to be written to.</summary>
/// <param name="link">For people, as <paramref name="target"/>.</param>
public sealed class LeavingLinkException(string link, string target) : Exception($"The link {link} leads out of the directory: to {target}.")
{
    public string Link => link;

    public string Target => target;
}
