using System.Collections;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Processes;

/// <summary>execve(2): the same process, with its id and its open terminal, runs another program.</summary>
public static class ProcessReplacement
{
    /// <summary>Of this process, without its name, as they were given.</summary>
    public static string[] Arguments() => File.ReadAllText("/proc/self/cmdline").Split('\0')[1..^1];

    /// <summary>Returns only where it failed.</summary>
    /// <param name="variables">`NAME=value`, beside those of this process, and instead of those of these names.</param>
    /// <returns>Why not.</returns>
    public static unsafe IOException Become(string program, IReadOnlyList<string> arguments, params string[] variables)
    {
        List<string> all = [.. variables];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!Array.Exists(variables, given => given.StartsWith($"{variable.Key}=", StringComparison.Ordinal)))
            {
                all.Add($"{variable.Key}={variable.Value}");
            }
        }

        using var argumentVector = new StringVector([.. arguments]);
        using var environment = new StringVector(all);
        _ = LibC.Execute(program, argumentVector.Pointer, environment.Pointer);
        return Errno.Failure(program);
    }
}
