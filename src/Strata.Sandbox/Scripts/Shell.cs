using System.Text;

namespace Strata.Sandbox.Scripts;

/// <summary>How a script is started.</summary>
/// <param name="Extension">Of the script file.</param>
/// <param name="Arguments">One of them holds <c>{0}</c>, the script's path.</param>
public sealed record Shell(string Extension, IReadOnlyList<string> Arguments)
{
    private const string Script = "{0}";

    public IReadOnlyList<string> CommandFor(string scriptPath) =>
        [.. Arguments.Select(a => a.Replace(Script, scriptPath, StringComparison.Ordinal))];

    /// <summary>GitHub's forms for Linux; null when <paramref name="shell"/> is none of them and has no <c>{0}</c>.</summary>
    public static Shell? Parse(string shell) => shell.Trim() switch
    {
        "bash" => new(".sh", ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", Script]),
        "sh" => new(".sh", ["sh", "-e", Script]),
        "python" => new(".py", ["python", Script]),
        var custom when custom.Contains(Script, StringComparison.Ordinal) => Custom(Split(custom)),
        _ => null,
    };

    /// <summary>Without <c>shell:</c>: bash if the job's root has one (without pipefail, as on GitHub), else sh.</summary>
    public static async ValueTask<Shell> DefaultAsync(ISandbox sandbox, CancellationToken cancellationToken) =>
        await HasBashAsync(sandbox, cancellationToken).ConfigureAwait(false)
            ? new(".sh", ["bash", "-e", Script])
            : new(".sh", ["sh", "-e", Script]);

    public static async ValueTask<bool> HasBashAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        foreach (var path in (string[])["/usr/bin/bash", "/bin/bash", "/usr/local/bin/bash"])
        {
            var file = await sandbox.OpenFileAsync(path, cancellationToken).ConfigureAwait(false);
            if (file is not null)
            {
                await file.DisposeAsync().ConfigureAwait(false);
                return true;
            }
        }

        return false;
    }

    private static Shell Custom(List<string> arguments)
    {
        var extension = Path.GetFileName(arguments[0]) switch
        {
            "bash" or "sh" or "dash" or "zsh" or "ksh" => ".sh",
            ['p', 'y', 't', 'h', 'o', 'n', ..] => ".py",
            _ => "",
        };
        return new(extension, arguments);
    }

    /// <summary>At blanks; double quotes keep a part together, a backslash before a quote keeps it.</summary>
    private static List<string> Split(string command)
    {
        var arguments = new List<string>();
        var current = new StringBuilder();
        var (quoted, any) = (false, false);
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            if (c == '\\' && i + 1 < command.Length && command[i + 1] == '"')
            {
                current.Append(command[++i]);
                any = true;
            }
            else if (c == '"')
            {
                quoted = !quoted;
                any = true;
            }
            else if (char.IsWhiteSpace(c) && !quoted)
            {
                if (any)
                {
                    arguments.Add(current.ToString());
                    current.Clear();
                    any = false;
                }
            }
            else
            {
                current.Append(c);
                any = true;
            }
        }

        if (any)
        {
            arguments.Add(current.ToString());
        }

        return arguments;
    }
}
