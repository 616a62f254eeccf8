using System.Numerics;

namespace Strata.Core.Globs;

/// <summary>
/// One pattern as @actions/glob reads it: <c>*</c> and <c>?</c> stay in a segment, <c>**</c> is any number of segments, a leading point
/// needs no pattern of its own, letters differ in case, braces are ordinary, and what names a directory also names all beneath it.
/// </summary>
/// <remarks>
/// The segments are the states of an automaton whose set of live states fits one word, so the work is at most path × pattern
/// segments, whatever the pattern.
/// </remarks>
public sealed class GlobPattern
{
    public const int LengthMax = 4_096; // characters
    public const int SegmentsMax = 63; // states − 1 in one word

    private readonly GlobSegment?[] _segments; // null: **
    private readonly bool _isDirectoryOnly;

    private GlobPattern(string text, string canonical, bool isExclusion, GlobSegment?[] segments, bool isDirectoryOnly)
    {
        Text = text;
        Canonical = canonical;
        IsExclusion = isExclusion;
        _segments = segments;
        _isDirectoryOnly = isDirectoryOnly;
        SearchPath = string.Join('/', segments.TakeWhile(segment => segment?.Literal is not null).Select(segment => segment!.Literal));
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Relative and without surrounding space: patterns with the same one match the same, whatever their root was. For keys.</summary>
    public string Canonical { get; }

    /// <summary>Began with <c>!</c>.</summary>
    public bool IsExclusion { get; }

    /// <summary>The fixed segments before the first with a wildcard: all it matches is that path or beneath it. Empty: the workspace.</summary>
    public string SearchPath { get; }

    /// <summary>Whether it has no wildcard: it names one path, <see cref="SearchPath"/>.</summary>
    public bool IsPath => Array.TrueForAll(_segments, static segment => segment?.Literal is not null);

    /// <param name="root">Absolute path of the workspace: absolute patterns beneath it are made relative. Null: all absolute patterns are problems.</param>
    public static (GlobPattern? Pattern, GlobProblem? Problem) Parse(string text, string? root = null)
    {
        var rest = text.AsSpan().Trim();
        var isExclusion = false;
        while (rest is ['!', ..])
        {
            isExclusion = !isExclusion;
            rest = rest[1..].Trim();
        }

        if (rest.Length is 0 or > LengthMax)
        {
            return (null, new(text, rest.IsEmpty ? "The pattern is empty." : $"The pattern is longer than {LengthMax} characters."));
        }

        if (rest[0] == '/' && !TryMakeRelative(ref rest, root))
        {
            return (null, new(text, "The pattern is outside the workspace: write it relative to the workspace, without a leading '/'."));
        }

        if (rest is "~" or ['~', '/', ..])
        {
            return (null, new(text, "The pattern is outside the workspace: '~' is the home directory."));
        }

        var segments = new List<GlobSegment?>();
        var problem = ReadSegments(text, rest, segments);
        if (problem is not null)
        {
            return (null, problem);
        }

        // 'a/**' is 'a' and all beneath, which 'a' alone means too.
        var isDirectoryOnly = rest is [.., '/'] && segments is [.., not null];
        while (segments is [.., null])
        {
            segments.RemoveAt(segments.Count - 1);
        }

        return (new(text, $"{(isExclusion ? "!" : "")}{rest}", isExclusion, [.. segments], isDirectoryOnly), null);
    }

    /// <param name="path">Relative to the workspace, '/' between segments, none at either end; empty: the workspace.</param>
    public bool Matches(ReadOnlySpan<char> path, bool isDirectory = false)
    {
        var state = Start;
        while (!path.IsEmpty && !IsAccepting(state))
        {
            state = Step(state, TakeSegment(ref path));
            if (state == 0)
            {
                return false;
            }
        }

        return IsAccepting(state) && (!path.IsEmpty || isDirectory || !_isDirectoryOnly);
    }

    /// <summary>False only if nothing beneath the directory can match.</summary>
    public bool MayMatchBelow(ReadOnlySpan<char> directory)
    {
        var state = Start;
        while (!directory.IsEmpty && !IsAccepting(state))
        {
            state = Step(state, TakeSegment(ref directory));
            if (state == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Patterns that match, of paths from a directory on, what this one matches beneath it: none if it matches nothing there, or one that matches everything.
    /// </summary>
    public IReadOnlyList<GlobPattern> Beneath(ReadOnlySpan<char> directory)
    {
        var state = Start;
        while (!directory.IsEmpty && state != 0 && !IsAccepting(state))
        {
            state = Step(state, TakeSegment(ref directory));
        }

        if (IsAccepting(state))
        {
            return [From(_segments.Length)];
        }

        var patterns = new List<GlobPattern>();
        for (; state != 0; state &= state - 1)
        {
            patterns.Add(From(BitOperations.TrailingZeroCount(state)));
        }

        return patterns;
    }

    /// <summary>The same for taking away what it matches, or for adding it.</summary>
    public GlobPattern AsExclusion(bool isExclusion) =>
        isExclusion == IsExclusion ? this : new(Text, $"{(isExclusion ? "!" : "")}{Canonical.AsSpan(IsExclusion ? 1 : 0)}", isExclusion, _segments, _isDirectoryOnly);

    private GlobPattern From(int segment)
    {
        var rest = _segments[segment..];
        var text = rest.Length == 0 ? "." : $"./{string.Join('/', rest.Select(static s => s?.Text ?? "**"))}{(_isDirectoryOnly ? "/" : "")}";
        return new(Text, $"{(IsExclusion ? "!" : "")}{text}", IsExclusion, rest, _isDirectoryOnly && rest.Length > 0);
    }

    /// <summary>Everything beneath the directory matches.</summary>
    internal bool Covers(ReadOnlySpan<char> directory) => Matches(directory, isDirectory: true);

    private static bool TryMakeRelative(ref ReadOnlySpan<char> pattern, string? root)
    {
        var prefix = root.AsSpan().TrimEnd('/');
        if (root is null || !pattern.StartsWith(prefix) || (pattern.Length > prefix.Length && pattern[prefix.Length] != '/'))
        {
            return false;
        }

        pattern = pattern[prefix.Length..].TrimStart('/');
        pattern = pattern.IsEmpty ? "." : pattern;
        return true;
    }

    private static GlobProblem? ReadSegments(string text, ReadOnlySpan<char> rest, List<GlobSegment?> segments)
    {
        for (var isFirst = true; !rest.IsEmpty; isFirst = false)
        {
            var segment = TakeSegment(ref rest);
            if (segment.IsEmpty || (isFirst && segment is "."))
            {
                continue;
            }

            var parsed = segment is "**" ? null : GlobSegment.Parse(segment);
            if (parsed?.Literal is "." or "..")
            {
                return new(text, $"'{parsed.Literal}' is not allowed in a pattern, but for a leading './'.");
            }

            if (parsed is not null || segments is not [.., null])
            {
                segments.Add(parsed);
            }
        }

        return segments.Count > SegmentsMax ? new(text, $"The pattern has more than {SegmentsMax} segments.") : null;
    }

    private static ReadOnlySpan<char> TakeSegment(ref ReadOnlySpan<char> path)
    {
        var length = path.IndexOf('/');
        var segment = length < 0 ? path : path[..length];
        path = length < 0 ? [] : path[(length + 1)..];
        return segment;
    }

    private ulong Start => Reach(0);

    private bool IsAccepting(ulong state) => (state & (1UL << _segments.Length)) != 0;

    private ulong Step(ulong state, ReadOnlySpan<char> name)
    {
        var next = 0UL;
        for (; state != 0; state &= state - 1)
        {
            var i = BitOperations.TrailingZeroCount(state);
            if (_segments[i] is not { } segment)
            {
                next |= Reach(i);
            }
            else if (segment.Matches(name))
            {
                next |= Reach(i + 1);
            }
        }

        return next;
    }

    /// <summary>The state, and those after it that <c>**</c> lets pass with nothing read.</summary>
    private ulong Reach(int i)
    {
        var states = 1UL << i;
        for (; i < _segments.Length && _segments[i] is null; i++)
        {
            states |= 1UL << (i + 1);
        }

        return states;
    }
}
