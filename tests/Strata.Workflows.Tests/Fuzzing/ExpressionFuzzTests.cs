using System.Text;
using Strata.Workflows.Expressions;
using Strata.Workflows.Schema;
using Strata.Workflows.Tests.Expressions;

namespace Strata.Workflows.Tests.Fuzzing;

/// <summary>Changed expressions give a value, a problem with its place, or the one exception evaluation may throw; with bounded work.</summary>
public sealed class ExpressionFuzzTests
{
    private const long AllocatedBytesMax = 128L << 20; // a result may have 16 MiB, and is put together from parts
    private const int ProblemLengthMax = 1_000;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 200_000 : 5_000;

    private static readonly string[] Seeds =
    [
        "github.ref == 'refs/heads/main' && !startsWith(github.actor, 'bot''s')", "contains(fromJSON('[1, \"a\", {\"b\": null}]'), matrix.v) || failure()",
        "format('{0} {1} {{}}', toJSON(github), join(needs.*.result, ', '))", "case(env.A == '', 1, 0x1F < -1.5e3, steps.a.outputs['b-c'], 'd')",
        "${{ always() }} and ${{ hashFiles('**/*.lock', '!x') }}", "((inputs.level)) >= NaN != true", "matrix[matrix.k].*.x[0][1]", "toJSON(fromJSON(toJSON(env)))",
        "!!success() && (cancelled() || false)", "join(fromJSON('[[1,2],[3]]').*, '')", "format('{9}', 1)", "fromJSON('{\"a\": 1, \"A\": 2}').a",
        "format('{0}{0}{0}{0}', format('{0}{0}{0}{0}', format('{0}{0}{0}{0}', 'ä😀')))",
    ];

    private static readonly string[] Words =
    [
        "github", "env", "needs", "matrix", ".", ".*", "*", "[", "]", "(", ")", "'", "''", "'a'", "0", "1", "-", "+", "0x", "0o7", "e5", "1e400", "!", "!!", "==", "!=", "<", ">=", "&&", "||", "&", "|", ",",
        " ", "format", "join", "toJSON", "fromJSON", "case", "contains", "startsWith", "always", "failure", "hashFiles", "{0}", "{{", "null", "true", "NaN", "Infinity", "${{", "}}", "\n", "\t", "\"", "\\",
        "é", "😀", "\ud800", "\0", "'[[[[[[[['", "'{\"a\":{\"a\":{}}}'",
    ];

    private static readonly ExpressionSite?[] Places = [null, Sites.Step, Sites.JobIf, Sites.StepIf, Sites.Workflow];

    [Fact]
    public void Changed_expressions_are_answered()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var mutation = new Mutation(round, Words);
            var seed = mutation.Pick(Seeds);
            var text = round % 2 == 0 ? mutation.OfTokens(seed) : Encoding.UTF8.GetString(mutation.OfBytes(seed));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                IsAnswered(text, Places[round % Places.Length]);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"round {round}: {e.Message}\n{text}", e);
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(AllocatedBytesMax, $"round {round}\n{text}");
        }
    }

    private static void IsAnswered(string text, ExpressionSite? site)
    {
        var (expression, bareProblems) = Expression.Parse(text, site);
        (expression is null).ShouldBe(bareProblems.Count > 0);
        var (template, problems) = Template.Parse(text, site);
        (template is null).ShouldBe(problems.Count > 0);
        var (condition, conditionProblems) = Condition.Parse(text, site);
        (condition is null).ShouldBe(conditionProblems.Count > 0);
        foreach (var found in bareProblems.Concat(problems).Concat(conditionProblems))
        {
            found.Position.ShouldBeInRange(1, text.Length + 1);
            (found.Message.Length + (found.Help?.Length ?? 0)).ShouldBeLessThan(ProblemLengthMax);
        }

        var scope = new FakeScope("""{"github": {"ref": "r", "actor": "a"}, "matrix": {"v": [1, {"x": [2]}], "k": "v"}, "needs": {"a": {"result": "success"}}}""");
        Evaluate(() => expression?.Evaluate(scope));
        Evaluate(() => template?.Evaluate(scope));
        Evaluate(() => condition?.Evaluate(scope));
    }

    private static void Evaluate(Func<object?> evaluate)
    {
        try
        {
            evaluate();
        }
        catch (ExpressionException)
        {
            // what may be thrown
        }
    }
}
