using Strata.Core.Diagnostics;

namespace Strata.Storage.S3;

/// <summary>
/// One profile of ~/.aws/credentials (<c>[NAME]</c>) and ~/.aws/config (<c>[profile NAME]</c>, <c>[default]</c>), as the AWS tools keep them. Keys that are there as they
/// are, nothing that would have to run or ask: no credential_process, no sso, no roles.
/// </summary>
internal static class AwsProfile
{
    private const int FileSizeMax = 1 << 20;

    /// <returns>What the profile says; empty: there is none of that name.</returns>
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    public static Dictionary<string, string> Read(string name, Func<string, string?> environment)
    {
        var home = environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Dictionary<string, string> found = new(StringComparer.OrdinalIgnoreCase);
        ReadInto(found, environment("AWS_CONFIG_FILE") ?? Path.Combine(home, ".aws", "config"), name == "default" ? ["default", "profile default"] : [$"profile {name}"]);
        ReadInto(found, environment("AWS_SHARED_CREDENTIALS_FILE") ?? Path.Combine(home, ".aws", "credentials"), [name]); // these win
        return found;
    }

    private static void ReadInto(Dictionary<string, string> found, string path, string[] sections)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > FileSizeMax)
            {
                throw new UserErrorException(StorageDiagnostics.BadCredentials(path, "it is larger than 1 MiB"));
            }

            using var reader = new StreamReader(file);
            var isOurs = false;
            while (reader.ReadLine() is { } line)
            {
                var text = line.AsSpan().Trim();
                if (text is ['[', .. var section, ']'])
                {
                    isOurs = sections.Contains(section.Trim().ToString());
                }
                else if (isOurs && text is not ['#' or ';', ..] && !char.IsWhiteSpace(line.Length > 0 ? line[0] : ' ') && text.IndexOf('=') is > 0 and var equals)
                {
                    found[text[..equals].Trim().ToString()] = text[(equals + 1)..].Trim().ToString();
                }
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(StorageDiagnostics.BadCredentials(path, e.Message));
        }
    }
}
