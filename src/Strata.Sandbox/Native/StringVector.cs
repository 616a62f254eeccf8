using System.Runtime.InteropServices;
using System.Text;

namespace Strata.Sandbox.Native;

/// <summary>An argv or envp: one allocation with the pointers, NULL, then the strings.</summary>
internal sealed unsafe class StringVector : IDisposable
{
    private readonly byte** _start;

    internal StringVector(IReadOnlyList<string> strings)
    {
        var size = (strings.Count + 1) * sizeof(byte*);
        foreach (var text in strings)
        {
            size += Encoding.UTF8.GetByteCount(text) + 1;
        }

        _start = (byte**)NativeMemory.Alloc((nuint)size);
        var next = (byte*)(_start + strings.Count + 1);
        var end = (byte*)_start + size;
        for (var i = 0; i < strings.Count; i++)
        {
            _start[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }

        _start[strings.Count] = null;
    }

    ~StringVector() => NativeMemory.Free(_start);

    internal byte** Pointer => _start;

    internal byte* First => _start[0];

    public void Dispose()
    {
        NativeMemory.Free(_start);
        GC.SuppressFinalize(this);
    }
}
