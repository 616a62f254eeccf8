using Strata.Core.Diagnostics;

namespace Strata.Cli.Artifact;

internal enum GetFormat
{
    Directory,
    TarZstd,
    Tar,
    Zip,
}

/// <summary>What <c>-o</c> means.</summary>
/// <param name="Path">Null: stdout.</param>
internal sealed record GetTarget(GetFormat Format, string? Path)
{
    private static readonly (string Ending, GetFormat Format)[] Archives =
        [(".tar.zst", GetFormat.TarZstd), (".tzst", GetFormat.TarZstd), (".tar", GetFormat.Tar), (".zip", GetFormat.Zip)];

    private static readonly string[] NotWritten = [".gz", ".tgz", ".xz", ".txz", ".bz2", ".tbz2", ".zst", ".7z", ".rar"];

    /// <param name="option">Null: a directory of the artifact's name, here.</param>
    /// <param name="name">Of the artifact.</param>
    /// <exception cref="UserErrorException">An archive of a kind that is not written.</exception>
    public static GetTarget Of(string? option, string name)
    {
        if (option is null or "-")
        {
            return option is null ? new(GetFormat.Directory, name) : new(GetFormat.TarZstd, null);
        }

        if (!option.EndsWith('/') && !Directory.Exists(option))
        {
            foreach (var (ending, format) in Archives)
            {
                if (option.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                {
                    return new(format, option);
                }
            }

            if (Array.Exists(NotWritten, ending => option.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            {
                throw new UserErrorException(CliDiagnostics.BadOption("-o", option, "a directory, or a file that ends in .tar.zst, .tar or .zip"));
            }
        }

        return new(GetFormat.Directory, option);
    }
}
