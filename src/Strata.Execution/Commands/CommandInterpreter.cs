using Strata.Core.Secrets;
using Strata.Execution.Events;
using Strata.Execution.Masking;

namespace Strata.Execution.Commands;

/// <summary>What the log shows for one line of output.</summary>
/// <param name="Text">Not yet masked.</param>
internal readonly record struct CommandLine(LogKind Kind, string Text, IReadOnlyDictionary<string, string>? Properties = null);

/// <summary>
/// Obeys the commands one step prints. Stop-commands and echo last for the step. Not safe for concurrent use: a step has one output.
/// </summary>
internal sealed class CommandInterpreter(SecretMasker masker, StepEffects effects, bool allowUnsecure, bool echo)
{
    public const string AllowUnsecureVariable = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

    private readonly HashSet<string> _deprecationsSaid = [];
    private string? _stopToken;
    private bool _echo = echo;

    /// <summary>False: the line is ordinary output. Else the lines to show in its place, often none.</summary>
    public bool TryObey(ReadOnlySpan<byte> line, out IReadOnlyList<CommandLine> shown)
    {
        shown = [];
        if (!WorkflowCommand.MayBe(line) || WorkflowCommand.Parse(line) is not { } command)
        {
            return false;
        }

        if (_stopToken is not null)
        {
            if (command.Name != _stopToken)
            {
                return false;
            }

            _stopToken = null;
            return true;
        }

        var lines = new List<CommandLine>(2);
        if (!TryObey(command, lines))
        {
            return false;
        }

        if (_echo && command.Name is not ("add-mask" or "group" or "endgroup" or "debug" or "notice" or "warning" or "error"))
        {
            lines.Insert(0, new(LogKind.Output, $"::{command.Name}::{command.Data}"));
        }

        shown = lines;
        return true;
    }

    private bool TryObey(WorkflowCommand command, List<CommandLine> shown)
    {
        switch (command.Name.ToLowerInvariant())
        {
            case "debug":
                shown.Add(new(LogKind.Debug, command.Data));
                return true;
            case "notice":
                shown.Add(new(LogKind.Notice, command.Data, command.Properties));
                return true;
            case "warning":
                shown.Add(new(LogKind.Warning, command.Data, command.Properties));
                return true;
            case "error":
                shown.Add(new(LogKind.Error, command.Data, command.Properties));
                return true;
            case "group":
                shown.Add(new(LogKind.Group, command.Data));
                return true;
            case "endgroup":
                shown.Add(new(LogKind.EndGroup, ""));
                return true;
            case "echo":
                SetEcho(command.Data, shown);
                return true;
            case "stop-commands":
                StopCommands(command.Data, shown);
                return true;
            case "add-mask":
                AddMask(command.Data, shown);
                return true;
            case "set-output":
                SetNamed(command, effects.Outputs, "GITHUB_OUTPUT", shown);
                return true;
            case "save-state":
                SetNamed(command, effects.State, "GITHUB_STATE", shown);
                return true;
            case "set-env":
                SetUnsecure(command, "GITHUB_ENV", shown);
                return true;
            case "add-path":
                SetUnsecure(command, "GITHUB_PATH", shown);
                return true;
            case "add-matcher" or "remove-matcher":
                shown.Add(new(LogKind.Warning, $"Problem matchers are not supported: '::{command.Name}::' changes nothing here."));
                return true;
            default:
                return false;
        }
    }

    private void SetEcho(string data, List<CommandLine> shown)
    {
        switch (data.Trim().ToLowerInvariant())
        {
            case "on":
                _echo = true;
                break;
            case "off":
                _echo = false;
                break;
            default:
                Refuse("'::echo::' takes 'on' or 'off'.", shown);
                break;
        }
    }

    private void StopCommands(string token, List<CommandLine> shown)
    {
        if (token.Trim().Length == 0)
        {
            Refuse("'::stop-commands::' needs a token that starts commands again.", shown);
            return;
        }

        _stopToken = token;
    }

    private void AddMask(string data, List<CommandLine> shown)
    {
        if (string.IsNullOrWhiteSpace(data))
        {
            shown.Add(new(LogKind.Warning, "'::add-mask::' got no value: nothing is masked."));
            return;
        }

        effects.AddedMask = true;
        switch (masker.Add(data))
        {
            case MaskOutcome.TooShort:
                shown.Add(new(LogKind.Warning, $"A value under {SecretForms.LengthMin} characters cannot be masked: it would hide ordinary text."));
                break;
            case MaskOutcome.TooMany:
                Refuse("Too many values to mask in one run: this one would be shown in the log.", shown);
                break;
        }
    }

    private void SetNamed(WorkflowCommand command, Dictionary<string, string> target, string file, List<CommandLine> shown)
    {
        if (_deprecationsSaid.Add(command.Name))
        {
            shown.Add(new(LogKind.Warning, $"'::{command.Name}::' is deprecated: write NAME=VALUE to the file ${file} instead."));
        }

        if (command.Properties.TryGetValue("name", out var name) && name.Length > 0)
        {
            target[name] = command.Data;
        }
        else
        {
            Refuse($"'::{command.Name}::' needs a name: '::{command.Name} name=NAME::VALUE'.", shown);
        }
    }

    /// <summary>Output that was not meant as a command could set variables: refused as on GitHub unless the workflow accepts that.</summary>
    private void SetUnsecure(WorkflowCommand command, string file, List<CommandLine> shown)
    {
        if (!allowUnsecure)
        {
            Refuse($"'::{command.Name}::' is disabled: write to the file ${file} instead, or set {AllowUnsecureVariable}: true.", shown);
        }
        else if (file == "GITHUB_PATH")
        {
            effects.Paths.Add(command.Data);
        }
        else if (!command.Properties.TryGetValue("name", out var name) || name.Length == 0)
        {
            Refuse("'::set-env::' needs a name: '::set-env name=NAME::VALUE'.", shown);
        }
        else if (ReservedVariables.Reason(name) is { } reason)
        {
            shown.Add(new(LogKind.Warning, reason));
        }
        else
        {
            effects.Environment[name] = command.Data;
        }
    }

    private void Refuse(string message, List<CommandLine> shown)
    {
        shown.Add(new(LogKind.Error, message));
        effects.Fail(message);
    }
}
