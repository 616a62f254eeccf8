using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>
/// Whether a workspace is what a layer was made of. A file whose stamp is the same is the same, unless it was changed so shortly before it was looked at
/// that a later change may not show (some file systems count in steps of two seconds): that one, and one whose stamp differs but may hold the same, is read.
/// </summary>
internal static class SourceComparison
{
    public const long SettleSeconds = 2;
    private const int BufferSize = 256 << 10;

    public static bool IsSame(int root, SourceState now, SourceRecord record, CancellationToken cancellationToken)
    {
        var before = record.State;
        if (!now.Names.Paths.SequenceEqual(before.Names.Paths) || !now.Names.Implied.SequenceEqual(before.Names.Implied))
        {
            return false;
        }

        var settled = record.LookedAtSeconds - SettleSeconds;
        if (now.StampBytes.SequenceEqual(before.StampBytes) && before.LatestSeconds() < settled)
        {
            return true;
        }

        var unsure = new List<int>();
        for (var i = 0; i < now.Stamps.Length; i++)
        {
            ref readonly var stamp = ref now.Stamps[i];
            if (!stamp.MayBeSame(before.Stamps[i]))
            {
                return false;
            }

            if (stamp.Kind is FileKind.Regular or FileKind.Symlink && (stamp.LatestSeconds >= settled || !stamp.Equals(before.Stamps[i])))
            {
                unsure.Add(i);
            }
        }

        return HoldTheSame(root, now, record, unsure, cancellationToken);
    }

    private static bool HoldTheSame(int root, SourceState now, SourceRecord record, List<int> names, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        return Parallel.ForEach(names, options, (i, loop) =>
        {
            var path = now.Names[i];
            var digest = now.Stamps[i].Kind is FileKind.Symlink ? SourceLink.Read(root, path) is { } link ? Digest.Of(link.Target) : default : HashOf(root, path);
            if (digest != record.Contents[i])
            {
                loop.Stop();
            }
        }).IsCompleted;
    }

    /// <summary>Default: it is gone.</summary>
    private static unsafe Digest HashOf(int root, ReadOnlySpan<byte> path)
    {
        int file;
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            file = Libc.OpenBeneath(root, terminated, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
        }

        if (file < 0)
        {
            return default;
        }

        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(file, ownsHandle: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (var at = 0L; RandomAccess.Read(handle, buffer, at) is var count and > 0; at += count)
            {
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Digest.FromHash(result);
    }
}
