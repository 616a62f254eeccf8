using Strata.Core.Diagnostics;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Sources;

/// <summary>Copies the content of one open file: shared blocks where the file system has them, else only its data, holes stay holes.</summary>
internal sealed unsafe class FileCopier
{
    private const int BufferSize = 128 << 10;
    private const int SeekData = 3, SeekHole = 4, SeekSet = 0;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);

    /// <param name="target">What it held is replaced.</param>
    public void Copy(int source, int target, long size, ReadOnlySpan<byte> shownName)
    {
        if (Libc.Truncate(target, 0) != 0)
        {
            throw Errno.Failure("write", shownName);
        }

        if (size > BufferSize && (Libc.Control(target, Libc.CloneFile, source) == 0 || CopyExtents(source, target, size, shownName)))
        {
            return;
        }

        _ = Libc.Seek(source, 0, SeekSet);
        _ = Libc.Seek(target, 0, SeekSet);
        CopyBytes(source, target, shownName);
    }

    private static bool CopyExtents(int source, int target, long size, ReadOnlySpan<byte> shownName)
    {
        for (var at = 0L; at < size;)
        {
            var start = Libc.Seek(source, at, SeekData);
            if (start < 0)
            {
                break; // only a hole is left
            }

            var end = Libc.Seek(source, start, SeekHole);
            for (at = start; at < end;)
            {
                long from = at, to = at;
                var count = Libc.CopyRange(source, &from, target, &to, (nuint)(end - at), 0);
                if (count < 0)
                {
                    if (Errno.Last is Errno.NoSpace)
                    {
                        throw Errno.Failure("write", shownName);
                    }

                    return false; // not between these file systems: byte by byte
                }

                if (count == 0)
                {
                    return true; // cut shorter meanwhile: noticed by the caller
                }

                at += count;
            }

            if (end < 0)
            {
                return false;
            }
        }

        return Libc.Truncate(target, size) == 0;
    }

    private void CopyBytes(int source, int target, ReadOnlySpan<byte> shownName)
    {
        fixed (byte* start = _buffer)
        {
            while (true)
            {
                var count = Libc.Read(source, start, BufferSize);
                if (count == 0)
                {
                    return;
                }

                if (count > 0)
                {
                    TreeWriter.Write(target, _buffer.AsSpan(0, (int)count), shownName);
                }
                else if (Errno.Last != Errno.Interrupted)
                {
                    throw new UserErrorException(SourceDiagnostics.Unreadable(PosixPath.Show(shownName), Errno.Failure("read", shownName).Message));
                }
            }
        }
    }
}
