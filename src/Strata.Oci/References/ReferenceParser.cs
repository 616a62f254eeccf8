using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Strata.Core;

namespace Strata.Oci.References;

/// <summary>The grammar of the distribution project's references, with docker's defaults.</summary>
internal static class ReferenceParser
{
    private const int TextLengthMax = 1024;
    private const int RepositoryLengthMax = 255;
    private const int HostLengthMax = 253;
    private const int TagLengthMax = 128;

    public static (Reference? Reference, string? Problem) Parse(string text)
    {
        if (text.Length is 0 or > TextLengthMax)
        {
            return (null, text.Length == 0 ? "it is empty" : $"it is longer than {TextLengthMax} characters");
        }

        var rest = text.AsSpan();
        Digest? digest = null;
        if (rest.IndexOf('@') is >= 0 and var at)
        {
            if (!Digest.TryParse(rest[(at + 1)..], null, out var parsed))
            {
                return (null, "after '@' comes sha256: and 64 lower-case hex digits");
            }

            digest = parsed;
            rest = rest[..at];
        }

        string? tag = null;
        if (rest.LastIndexOf(':') is >= 0 and var colon && rest.LastIndexOf('/') < colon)
        {
            tag = rest[(colon + 1)..].ToString();
            rest = rest[..colon];
            if (!IsTag(tag))
            {
                return (null, $"a tag has 1 to {TagLengthMax} letters, digits, '_', '.' and '-', and does not begin with '.' or '-'");
            }
        }

        var (registry, repository, problem) = Split(rest);
        problem ??= RepositoryProblem(repository);
        return problem is null
            ? (new Reference(registry, repository, tag ?? (digest is null ? Reference.DefaultTag : null), digest), null)
            : (null, problem);
    }

    /// <summary>What comes before the first slash is a host if it has a dot or a port, or is localhost.</summary>
    internal static bool NamesHost(ReadOnlySpan<char> name) =>
        name.IndexOf('/') is >= 0 and var slash && (name[..slash].ContainsAny(".:") || name[..slash].SequenceEqual("localhost"));

    private static (string Registry, string Repository, string? Problem) Split(ReadOnlySpan<char> name)
    {
        var slash = name.IndexOf('/');
        if (!NamesHost(name))
        {
            return (Reference.DockerHub, slash < 0 ? $"library/{name}" : name.ToString(), null);
        }

        var registry = name[..slash].ToString().ToLowerInvariant();
        var repository = name[(slash + 1)..].ToString();
        if (HostProblem(registry) is { } problem)
        {
            return (registry, repository, problem);
        }

        if (registry is "index.docker.io" or Reference.DockerHub)
        {
            return (Reference.DockerHub, repository.Contains('/', StringComparison.Ordinal) ? repository : $"library/{repository}", null);
        }

        return (registry, repository, null);
    }

    private static string? HostProblem(string registry)
    {
        var host = registry.AsSpan();
        var end = host.StartsWith("[") ? host.IndexOf(']') + 1 : host.IndexOf(':') is >= 0 and var colon ? colon : host.Length;
        var port = host[end..];
        host = host[..end];
        if (port is not [] && !(port is [':', .. { Length: > 0 and <= 5 } digits]
            && ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != 0 && digits[0] != '0'))
        {
            return "a port is a number from 1 to 65535";
        }

        if (host is ['[', .. var address, ']'])
        {
            return !address.Contains('%') && IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6
                ? null
                : "in brackets stands an IPv6 address";
        }

        if (host.Length is 0 or > HostLengthMax)
        {
            return "the name of the registry is empty or too long";
        }

        foreach (var range in host.Split('.'))
        {
            var label = host[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-' || !IsLabel(label))
            {
                return $"'{host}' is not the name of a host";
            }
        }

        return null;
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        foreach (var c in label)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            {
                return false;
            }
        }

        return true;
    }

    internal static string? RepositoryProblem(string repository)
    {
        if (repository.Length > RepositoryLengthMax)
        {
            return $"the name of a repository has at most {RepositoryLengthMax} characters";
        }

        foreach (var range in repository.AsSpan().Split('/'))
        {
            if (!IsPathComponent(repository.AsSpan()[range]))
            {
                return "the name of a repository is parts between '/' of lower-case letters and digits, joined by '.', '_', '__' or '-'";
            }
        }

        return null;
    }

    /// <summary>[a-z0-9]+ ((one '.', one or two '_', or any '-') [a-z0-9]+)*.</summary>
    private static bool IsPathComponent(ReadOnlySpan<char> part)
    {
        var separators = 0;
        var separator = '\0';
        foreach (var c in part)
        {
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            {
                separators = 0;
                separator = 'a';
            }
            else if (c is '.' or '_' or '-' && separator != '\0' && (separators == 0 || separator == c)
                && ++separators <= (c switch { '.' => 1, '_' => 2, _ => int.MaxValue }))
            {
                separator = c;
            }
            else
            {
                return false;
            }
        }

        return part.Length > 0 && separators == 0;
    }

    internal static bool IsTag(ReadOnlySpan<char> tag)
    {
        if (tag.Length is 0 or > TagLengthMax || tag[0] is '.' or '-')
        {
            return false;
        }

        foreach (var c in tag)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
