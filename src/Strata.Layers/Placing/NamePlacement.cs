using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Placing;

/// <summary>
/// Puts single names into an open directory. What is placed is made in a directory beside it that only this process can enter, and takes the name in one rename;
/// what was there goes the other way and is removed.
/// </summary>
internal sealed class NamePlacement(SafeFileHandle directory, OwnerPolicy owners)
{
    private readonly int _directory = (int)directory.DangerousGetHandle();

    /// <param name="name">One component.</param>
    /// <param name="from">What the tree has at this path takes the name.</param>
    public async ValueTask PlaceAsync(byte[] name, StackSource source, byte[] from, CancellationToken cancellationToken)
    {
        var staging = Encoding.ASCII.GetBytes($".strata-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        TreeWriter.MakeDirectory(_directory, staging);
        try
        {
            using var inside = Differences.UpperReader.TryOpenDirectory(directory, staging) ?? throw new IOException("A directory vanished while it was filled.");
            using (var extractor = new TreeExtractor((int)inside.DangerousGetHandle(), owners, keepsWhiteouts: false))
            {
                source.Start(from, name);
                await extractor.ExtractAsync(source, cancellationToken).ConfigureAwait(false);
            }

            if (source.IsEmpty)
            {
                throw new DamagedLayerException($"A tree lacks {PosixPath.Show(from)}, which it names.");
            }

            Publish((int)inside.DangerousGetHandle(), name);
        }
        finally
        {
            TreeRemoval.Remove(_directory, staging);
        }
    }

    private unsafe void Publish(int staging, byte[] name)
    {
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            if (Libc.RenameAt2(staging, terminated, _directory, terminated, Libc.RenameNoReplace) == 0)
            {
                return;
            }

            if (Errno.Last is Errno.Exists && Libc.RenameAt2(staging, terminated, _directory, terminated, Libc.RenameExchange) == 0)
            {
                return;
            }

            // Not every file system can exchange names, and the job may have taken or removed the name meanwhile.
            if (Errno.Last is not (Errno.Invalid or Errno.CrossDevice or Errno.NoSystemCall or Errno.NotFound or Errno.Exists))
            {
                throw Errno.Failure("replace", name);
            }

            TreeRemoval.Remove(_directory, name);
            if (Libc.RenameAt(staging, terminated, _directory, terminated) != 0)
            {
                throw Errno.Failure("replace", name);
            }
        }
    }
}
