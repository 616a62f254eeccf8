using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>What the steps of one job may refer to.</summary>
internal sealed record StepScope(string Job, IReadOnlyList<EnvironmentVariable> Env, IReadOnlyList<CacheUse> Caches);

/// <summary><c>steps:</c> of a job or of a composite action.</summary>
internal sealed class StepReader(Fields fields, int index, StepScope scope, UnsupportedParts unsupported)
{
    public const int StepsMax = 1_000;

    public static List<Step> ReadAll(Fields owner, StepScope scope, ObjectShape shape, UnsupportedParts unsupported)
    {
        List<Step> steps = [];
        var ids = new Dictionary<string, SourceSpan>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in (owner.Node("steps") as YamlSequence)?.Items ?? [])
        {
            if (steps.Count >= StepsMax)
            {
                owner.Problems.Add(StructureDiagnostics.TooMany(item.At, "steps in one job", StepsMax));
                break;
            }

            if (item is YamlMapping mapping)
            {
                owner.Templates.Step = unsupported.Step = steps.Count;
                var fields = new Fields(mapping, shape, owner.Templates);
                CheckId(fields, ids);
                steps.Add(new StepReader(fields, steps.Count, scope, unsupported).Read());
            }
        }

        owner.Templates.Step = unsupported.Step = null;
        return steps;
    }

    private static void CheckId(Fields step, Dictionary<string, SourceSpan> ids)
    {
        if (step.Text("id") is not { } id)
        {
            return;
        }

        if (!Names.IsId(id.Value))
        {
            step.Problems.Add(StructureDiagnostics.BadId(id.At, "a step", id.Value));
        }
        else if (Names.IsReserved(id.Value))
        {
            step.Problems.Add(StructureDiagnostics.ReservedId(id.At, "a step", id.Value));
        }
        else if (!ids.TryAdd(id.Value, id.At))
        {
            step.Problems.Add(StructureDiagnostics.DuplicateId(id.At, "a step", id.Value, ids[id.Value]));
        }
    }

    private Step Read()
    {
        unsupported.AddComputed(fields, "env");
        var firstUsed = fields.Templates.Used.Count;
        var step = new Step
        {
            Index = index,
            At = fields.At,
            Id = fields.Text("id")?.Value,
            Name = fields.Template("name")?.Value,
            If = fields.Condition("if"),
            IfAt = fields.Node("if")?.At,
            Env = fields.Environment("env"),
            ContinueOnError = fields.Template("continue-on-error"),
            TimeoutMinutes = fields.Knows("timeout-minutes") ? SettingReader.Timeout(fields) : null,
            Action = ReadAction(),
        };
        if (step.Action is StepAction.Run { Cache: { } cache })
        {
            HermeticStep.Check(fields, cache, scope, firstUsed);
        }

        return step;
    }

    private StepAction ReadAction()
    {
        if (ReadBackground() is { } background)
        {
            return background;
        }

        if (fields.Has("uses"))
        {
            CheckUsesAlone();
            unsupported.AddComputed(fields, "with");
            return UsesReader.Read(fields, scope, unsupported);
        }

        if (!fields.Has("run"))
        {
            fields.Problems.Add(StructureDiagnostics.NothingToDo(fields.At));
        }

        if (fields.Has("with"))
        {
            fields.Problems.Add(StructureDiagnostics.KeyNeedsOther(fields.KeyAt("with"), "with", "uses"));
        }

        if (fields.Scalar("run") is { Text.Length: 0 } or { Kind: YamlKind.Null })
        {
            fields.Problems.Add(StructureDiagnostics.EmptyScript(fields.KeyAt("run")));
        }

        var shell = fields.Template("shell");
        unsupported.AddShell(shell);
        return new StepAction.Run(
            fields.Template("run") ?? new(Expressions.Template.Literal(""), fields.At),
            shell,
            fields.Scalar("working-directory") is { Text.Length: 0 } ? null : fields.Template("working-directory"),
            fields.Knows("cache") ? HermeticStep.Read(fields) : null);
    }

    /// <summary>A step that only waits for others or ends them; the setting that puts a step in the background is only noted.</summary>
    private StepAction.Foreign? ReadBackground()
    {
        foreach (var key in (string[])["background", "wait", "wait-all", "cancel"])
        {
            if (!fields.Knows(key) || !fields.Has(key) || (key == "background" && fields.Flag(key) == false))
            {
                continue;
            }

            var at = fields.KeyAt(key);
            unsupported.Add(UnsupportedDiagnostics.BackgroundSteps(at, key));
            if (key == "background")
            {
                continue;
            }

            foreach (var other in (string[])["run", "uses"])
            {
                if (fields.Has(other))
                {
                    fields.Problems.Add(StructureDiagnostics.Conflict(at, key, other, "a step does one thing."));
                }
            }

            return new(key, at);
        }

        return null;
    }

    private void CheckUsesAlone()
    {
        if (fields.Has("run"))
        {
            fields.Problems.Add(StructureDiagnostics.Conflict(fields.KeyAt("run"), "run", "uses", "a step does one thing."));
        }

        // One of the two goes: the expressions of what stays are checked now.
        fields.Template("run");
        fields.Template("working-directory");
        foreach (var key in (string[])["shell", "working-directory"])
        {
            if (fields.Has(key))
            {
                fields.Problems.Add(StructureDiagnostics.KeyNeedsOther(fields.KeyAt(key), key, "run"));
            }
        }

        if (fields.Knows("cache") && fields.Has("cache"))
        {
            fields.Problems.Add(CacheDeclarationDiagnostics.CacheNeedsRun(fields.KeyAt("cache")));
        }
    }
}
