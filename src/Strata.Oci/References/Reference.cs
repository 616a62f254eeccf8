using System.Diagnostics.CodeAnalysis;
using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Oci.References;

/// <summary>
/// Where an image is: registry, repository, and a tag or a digest or both (then the digest counts). Docker's short names are
/// written out: <c>debian</c> is <c>docker.io/library/debian:latest</c>. Printing and parsing are inverse.
/// </summary>
public sealed record Reference
{
    public const string DockerHub = "docker.io";
    public const string DefaultTag = "latest";

    internal Reference(string registry, string repository, string? tag, Digest? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host, in lower case, with the port if one was written: <c>docker.io</c>, <c>localhost:5000</c>, <c>[::1]:5000</c>.</summary>
    public string Registry { get; }

    public string Repository { get; }

    /// <summary>Null only where there is a digest.</summary>
    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <summary>What a registry's URL names: the digest if there is one.</summary>
    public string TagOrDigest => Digest?.ToString() ?? Tag ?? DefaultTag;

    /// <summary>The same image, by content; the tag stays for people.</summary>
    public Reference With(Digest digest) => new(Registry, Repository, Tag, digest);

    /// <param name="problem">Why the text is none, as a clause; null if it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Reference? reference, [NotNullWhen(false)] out string? problem)
    {
        (reference, problem) = ReferenceParser.Parse(text);
        return reference is not null;
    }

    /// <exception cref="UserErrorException">STR3130.</exception>
    public static Reference Parse(string text, SourceSpan? at = null) =>
        TryParse(text, out var reference, out var problem)
            ? reference
            : throw new UserErrorException(OciDiagnostics.BadReference(text, problem, at));

    /// <summary>As people write it: without docker.io, library/ and :latest where they say nothing.</summary>
    public string ToShortString()
    {
        const string Official = "library/";
        var name = Registry != DockerHub || ReferenceParser.NamesHost(Repository) ? $"{Registry}/{Repository}"
            : Repository.LastIndexOf('/') == Official.Length - 1 && Repository.StartsWith(Official, StringComparison.Ordinal) ? Repository[Official.Length..]
            : Repository;
        return Digest is null && Tag == DefaultTag ? name : name + Suffix;
    }

    public override string ToString() => $"{Registry}/{Repository}{Suffix}";

    private string Suffix => $"{(Tag is null ? "" : ":" + Tag)}{(Digest is { } digest ? "@" + digest : "")}";
}
