using System.CommandLine;
using Strata.Cli.Output;

namespace Strata.Cli.Completion;

/// <summary><c>strata completion SHELL</c>: a script that asks strata itself what can follow (System.CommandLine's suggest directive).</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _strata() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
          [ ${#COMPREPLY[@]} -gt 0 ] || compopt -o default
        }
        complete -F _strata strata ./strata
        """;

    private const string Zsh = """
        #compdef strata
        _strata() {
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -- $found || _files
        }
        compdef _strata strata
        """;

    private const string Fish = """
        complete -c strata -a '(set -l line (commandline -cp); strata "[suggest:"(string length -- $line)"]" $line 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.CompletionSources.Add("bash", "zsh", "fish");
        var command = new Command("completion", "Print a completion script: source <(strata completion bash)") { shell };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(shell)!;
            var script = name switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => null };
            if (script is null)
            {
                DiagnosticOutput.Print(CliDiagnostics.UnknownShell(name), Terminal.Detect());
                return ExitCode.Invalid;
            }

            Console.Out.WriteLine(script);
            return ExitCode.Success;
        });
        return command;
    }
}
