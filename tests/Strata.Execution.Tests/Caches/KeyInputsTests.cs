using Strata.Execution.Caches;
using Strata.Execution.Contexts;
using Strata.Execution.Masking;
using Strata.Execution.Tests.Fakes;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Tests.Caches;

public sealed class KeyInputsTests
{
    private static readonly EvaluationScope Scope = EvaluationScope.Empty.With(
        ("env", ContextValues.OfTexts([new("MODE", "fast"), new("TOKEN", "s3cr3t-value"), new("LONG", new string('x', 5_000))])),
        ("secrets", ContextValues.OfTexts([new("PIN", "12")])),
        ("matrix", ContextValues.Of(("os", ContextValues.OfTexts([new("name", "linux")])), ("n", Value.From(2)))))
        .With(static patterns => $"hash of {string.Join('+', patterns)}");

    [Fact]
    public void What_a_key_reads_is_told_by_its_name_and_variables_apart()
    {
        var inputs = Read("k-${{ env.mode }}-${{ matrix.os.name }}-${{ matrix.n }}-${{ hashFiles('a', 'b') }}-${{ matrix.none || 'x' }}", out var key);

        key.ShouldBe("k-fast-linux-2-hash of a+b-x");
        inputs.Env.ShouldBe([new("MODE", "fast")]);
        inputs.Values.ShouldBe([new("hashFiles('a', 'b')", "hash of a+b"), new("matrix.n", "2"), new("matrix.none", ""), new("matrix.os.name", "linux")]);
    }

    [Theory]
    [InlineData("${{ env.TOKEN }}")]
    [InlineData("${{ secrets.PIN }}")] // too short to be masked
    [InlineData("${{ hashFiles(env.TOKEN) }}")]
    [InlineData("${{ toJSON(matrix) }}")] // nobody can tell what of it counts
    [InlineData("${{ toJSON(matrix.os) }}")]
    public void Secrets_and_whole_contexts_are_left_out(string key)
    {
        var inputs = Read(key, out _);

        inputs.Env.ShouldBeEmpty();
        inputs.Values.ShouldBeEmpty();
    }

    [Fact]
    public void A_long_value_is_told_by_its_digest() => Read("${{ contains(env.LONG, 'x') }}", out _).Env["LONG"].ShouldStartWith("sha256:");

    private static KeyInputs Read(string key, out string text)
    {
        var masker = new SecretMasker();
        masker.Add("s3cr3t-value");
        var inputs = new KeyInputs(Scope, masker);
        text = inputs.Evaluate(Make.Text(key));
        return inputs;
    }
}
