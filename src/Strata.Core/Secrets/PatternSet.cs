using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Strata.Core.Secrets;

/// <summary>
/// Many byte patterns searched at once; immutable. Two engines: a skipping pre-filter on the first four bytes finds where a pattern may
/// start (ordinary text is passed at about two bytes a look), and from there an Aho–Corasick automaton runs until it is back at its root.
/// Work is linear in the text whatever the patterns are.
/// </summary>
public sealed class PatternSet
{
    public const int Window = 4; // bytes looked at by the pre-filter; no pattern is shorter
    private const int Root = 0;
    private const int FilterBits = 16;

    private readonly byte[] _shift = new byte[1 << 16]; // by the window's last two bytes: how far it may move
    private readonly ulong[] _filter = new ulong[(1 << FilterBits) / 64]; // hashed first four bytes of all patterns
    private readonly Dictionary<int, int> _edges = []; // state << 8 | byte → state
    private readonly int[] _failure;
    private readonly int[] _longest; // length of the longest pattern that ends in the state, or 0
    private readonly int[] _depth;

    public PatternSet(IReadOnlyCollection<byte[]> patterns)
    {
        var depth = new List<int> { 0 };
        var longest = new List<int> { 0 };
        var parents = new List<(int Parent, byte Edge)> { (Root, 0) };
        _shift.AsSpan().Fill(Window - 1);
        foreach (var pattern in patterns)
        {
            AddToFilter(pattern);
            var state = Root;
            foreach (var b in pattern)
            {
                ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(_edges, (state << 8) | b, out var exists);
                if (!exists)
                {
                    next = depth.Count;
                    depth.Add(depth[state] + 1);
                    longest.Add(0);
                    parents.Add((state, b));
                }

                state = next;
            }

            longest[state] = pattern.Length;
        }

        _depth = [.. depth];
        _longest = [.. longest];
        _failure = new int[_depth.Length];
        LinkFailures(parents);
        IsEmpty = patterns.Count == 0;
    }

    public static PatternSet Empty { get; } = new([]);

    public bool IsEmpty { get; }

    /// <summary>How many bytes before the reader's place may still become part of a match.</summary>
    public int DepthOf(int state) => _depth[state];

    /// <summary>Length of the longest pattern that ends where the reader stands, or 0.</summary>
    public int MatchLength(int state) => _longest[state];

    public int Next(int state, byte b)
    {
        int next;
        while (!_edges.TryGetValue((state << 8) | b, out next))
        {
            if (state == Root)
            {
                return Root;
            }

            state = _failure[state];
        }

        return next;
    }

    /// <summary>The first place at or after <paramref name="from"/> where a pattern may start, or where fewer than <see cref="Window"/> bytes are left.</summary>
    public int FindCandidate(ReadOnlySpan<byte> text, int from)
    {
        var last = text.Length - Window;
        ref var start = ref MemoryMarshal.GetReference(text);
        ref var shift = ref MemoryMarshal.GetArrayDataReference(_shift);
        while (from <= last)
        {
            ref var at = ref Unsafe.Add(ref start, from);
            var skip = Unsafe.Add(ref shift, Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref at, 2)));
            if (skip != 0)
            {
                from += skip;
                continue;
            }

            var hash = Hash(Unsafe.ReadUnaligned<uint>(ref at));
            if ((_filter[hash >> 6] & (1UL << (int)(hash & 63))) != 0)
            {
                return from;
            }

            from++;
        }

        return Math.Min(from, text.Length);
    }

    private void AddToFilter(ReadOnlySpan<byte> pattern)
    {
        // A pair that ends n bytes before the window's end lets the window move by n and no further.
        for (var i = 0; i < Window - 1; i++)
        {
            ref var shift = ref _shift[MemoryMarshal.Read<ushort>(pattern[i..])];
            shift = (byte)Math.Min(shift, Window - 2 - i);
        }

        var hash = Hash(MemoryMarshal.Read<uint>(pattern));
        _filter[hash >> 6] |= 1UL << (int)(hash & 63);
    }

    private static uint Hash(uint bytes) => bytes * 2654435761u >> (32 - FilterBits);

    /// <summary>Breadth first: the failure state of a state is known once those nearer to the root are.</summary>
    private void LinkFailures(List<(int Parent, byte Edge)> parents)
    {
        var order = new int[_depth.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => _depth[a].CompareTo(_depth[b]));
        foreach (var state in order)
        {
            if (_depth[state] < 2)
            {
                continue;
            }

            var (parent, edge) = parents[state];
            _failure[state] = Next(_failure[parent], edge);
            _longest[state] = Math.Max(_longest[state], _longest[_failure[state]]);
        }
    }
}
