namespace Strata.Workflows.Tests.Parsing;

public sealed class StrategyDiagnosticTests
{
    [Theory]
    [InlineData("b: 3", "STR1102 3:31")]
    [InlineData("include: [1]", "STR1102 3:38")]
    [InlineData("c: { x: 1 }", "STR1102 3:31")]
    [InlineData("d: []", "STR1405 3:18")]
    public void A_mistake_in_a_matrix_is_told_once(string member, string expected) =>
        Yaml.Codes(Yaml.Parse($"jobs:\n  a:\n    strategy: {{  matrix: {{ {member} }} }}\n    steps: [run: x]\n").Diagnostics).ShouldBe([expected]);
}
