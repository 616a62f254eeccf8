using System.Text;
using Strata.Core.Diagnostics;
using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>Where in the image a step's files go.</summary>
/// <param name="Directory">The directory they go to; it need not be there.</param>
/// <param name="FileName">What a single file is called there; null: as it was.</param>
internal sealed record CopyTarget(byte[] Directory, byte[]? FileName)
{
    /// <param name="isOneFile">Whether one file is copied: it may become the target itself.</param>
    /// <exception cref="UserErrorException">Nothing can be there (STR3162, STR3163).</exception>
    public static CopyTarget Find(StackTree image, RecipeStep.Copy step, string? workingDirectory, bool isOneFile)
    {
        var (path, entry, problem) = ImagePath.Resolve(image, Encoding.UTF8.GetBytes(Absolute(step, workingDirectory)));
        if (problem is not PlaceProblem.None)
        {
            throw new UserErrorException(CopyDiagnostics.NoPlace(step.To, Reason(problem, path), step.At));
        }

        if (entry?.Kind is not EntryKind.Directory && isOneFile && path.Length > 0 && !step.To.EndsWith('/') && !step.To.EndsWith("/.", StringComparison.Ordinal) && step.To != ".")
        {
            return new(path[..TreePath.ParentLength(path)], TreePath.NameOf(path).ToArray());
        }

        return entry is null or { Kind: EntryKind.Directory }
            ? new(path, null)
            : throw new UserErrorException(CopyDiagnostics.KindsDiffer(PosixPath.Show(path), "a directory", CopyDiagnostics.KindName(entry.Kind), null, step.At));
    }

    /// <summary>The directories that lead to a place, the root first, as the image has them, else owned by root and with mode 0755.</summary>
    public static IEnumerable<LayerEntry> DirectoriesTo(byte[] path, StackTree image)
    {
        yield return DirectoryAt([], image);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == (byte)'/')
            {
                yield return DirectoryAt(path[..i], image);
            }
        }

        if (path.Length > 0)
        {
            yield return DirectoryAt(path, image);
        }
    }

    public static string Reason(PlaceProblem problem, ReadOnlySpan<byte> at) => problem switch
    {
        PlaceProblem.Loop => "its links lead in a circle, or there are more than 40",
        PlaceProblem.Escape => "a link of the image leads above the root",
        PlaceProblem.NotADirectory => $"/{PosixPath.Show(at)} is no directory",
        PlaceProblem.Dangling => $"/{PosixPath.Show(at)} is not there, and '..' follows",
        PlaceProblem.Root => "it is the root",
        _ => "it is longer than 4095 bytes, deeper than 256 directories, or a name in it is longer than 255 bytes",
    };

    private static LayerEntry DirectoryAt(byte[] path, StackTree image) => image.Find(path) is { Kind: EntryKind.Directory } entry
        ? entry
        : new() { Kind = EntryKind.Directory, Path = path, Mode = 0x1ed, User = 0, Group = 0, Modified = BuildTime.Epoch };

    private static string Absolute(RecipeStep.Copy step, string? workingDirectory)
    {
        var why = step.To.Length == 0 ? "it is empty"
            : step.To.Contains('\0') ? "it contains a NUL character"
            : step.To.Split('/').Contains("..") ? "it contains '..'"
            : null;
        return why is not null ? throw new UserErrorException(CopyDiagnostics.NoPlace(step.To, why, step.At))
            : step.To.StartsWith('/') ? step.To
            : $"{workingDirectory}/{step.To}";
    }
}
