using System.CommandLine;
using Strata.Cli.Output;

namespace Strata.Cli.Completion;

/// <summary><c>strata completion SHELL</c>: a script that asks strata itself what can follow (System.CommandLine's suggest directive).</summary>
internal static class CompletionCommand
{
    /// <summary>Words are never expanded: keys and names come from workflows of anyone, and compgen -W would run what is in them.</summary>
    private const string Bash = """
        _strata() {
          local word
          COMPREPLY=()
          while IFS= read -r word; do
            case "$word" in "${COMP_WORDS[COMP_CWORD]}"*) printf -v word %q "$word"; COMPREPLY+=("$word") ;; esac
          done < <("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
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
