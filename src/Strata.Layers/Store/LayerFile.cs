using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>An open image and its lock, which the kernel releases when the last descriptor closes, so also when the process dies.</summary>
internal sealed class LayerFile : IDisposable
{
    private const int BufferSize = 1 << 20;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(2);

    private LayerFile(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    private int Number => (int)Handle.DangerousGetHandle();

    /// <summary>Null: absent, or no file.</summary>
    public static unsafe LayerFile? Open(string path)
    {
        int descriptor;
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            descriptor = Libc.OpenAt(Libc.CurrentDirectory, terminated, Libc.ReadOnly | Libc.NoFollowLink | Libc.NonBlocking | Libc.CloseOnExec, 0);
        }

        if (descriptor < 0)
        {
            return Errno.Last is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks ? null : throw Errno.Failure("open layer", path, Errno.Last);
        }

        var file = new LayerFile(new(descriptor, ownsHandle: true));
        if (file.IsRegular())
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    public bool TryLock(int operation) => Libc.Lock(Number, operation | Libc.LockNonBlocking) == 0
        || (Errno.Last is Errno.WouldBlock or Errno.Interrupted ? false : throw Errno.Failure("lock layer", "", Errno.Last));

    /// <summary>Waits while another process decides whether to remove it, which is short.</summary>
    public async ValueTask LockSharedAsync(CancellationToken cancellationToken)
    {
        while (!TryLock(Libc.LockShared))
        {
            await Task.Delay(LockPause, cancellationToken).ConfigureAwait(false);
        }
    }

    public FileStamp Stamp() => FileStamp.Of(Look());

    /// <summary>Whether the path still leads here. With the lock held it then does until the lock is released.</summary>
    public bool IsAt(string path)
    {
        var own = Stamp();
        return FileStamp.Find(path) is { } there && there.Inode == own.Inode && there.Device == own.Device;
    }

    /// <exception cref="IOException">It cannot be read.</exception>
    public async ValueTask<Digest> HashAsync(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(RandomAccess.GetLength(Handle), 1, BufferSize));
        try
        {
            var at = 0L;
            while (await RandomAccess.ReadAsync(Handle, buffer, at, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                hash.AppendData(buffer, 0, count);
                at += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>Content and size are on the disk when this returns.</summary>
    public void Sync()
    {
        if (Libc.Sync(Number) != 0)
        {
            throw Errno.Failure("sync layer", "", Errno.Last);
        }
    }

    public void MakeReadOnly() => _ = Libc.ChangeMode(Number, 0x100); // 0400

    public void Dispose() => Handle.Dispose();

    private bool IsRegular() => Look().Kind is FileKind.Regular;

    private unsafe StatXBuffer Look()
    {
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            return Libc.StatX(Number, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) == 0 ? status : throw Errno.Failure("look at layer", "", Errno.Last);
        }
    }
}
