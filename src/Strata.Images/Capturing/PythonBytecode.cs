using System.Buffers.Binary;
using Strata.Layers.Differences;
using Strata.Layers.Entries;

namespace Strata.Images.Capturing;

/// <summary>
/// What Python compiles when it imports a file that the step made: it names the time of that file, which the layer does not keep, so it would never be used and
/// would differ each time. Compiled at installation it names the file's hash (SOURCE_DATE_EPOCH is set), and stays.
/// </summary>
internal static class PythonBytecode
{
    private const int HeaderSize = 16; // magic 4 · flags 4 · time of the source 4 · its size 4 (PEP 552)

    public static bool IsUseless(DifferenceEntry file, Timestamp start)
    {
        var path = file.Entry.Path.AsSpan();
        if (!path.EndsWith(".pyc"u8) || !IsInCache(path) || file.OpenContent is null || file.Entry.Size < HeaderSize)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        using var content = file.OpenContent();
        return RandomAccess.Read(content, header, 0) == HeaderSize
            && BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == 0 // by time, not by hash
            && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) >= start.Seconds;
    }

    private static bool IsInCache(ReadOnlySpan<byte> path)
    {
        var directory = path[..Math.Max(path.LastIndexOf((byte)'/'), 0)];
        return directory.EndsWith("/__pycache__"u8) || directory.SequenceEqual("__pycache__"u8);
    }
}
