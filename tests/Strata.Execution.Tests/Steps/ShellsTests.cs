using Strata.Execution.Steps;
using Strata.Sandbox.Scripts;

namespace Strata.Execution.Tests.Steps;

public sealed class ShellsTests
{
    [Theory]
    [InlineData("bash", "bash|--noprofile|--norc|-e|-o|pipefail|/s")]
    [InlineData("sh", "sh|-e|/s")]
    [InlineData("python", "python|/s")]
    [InlineData("perl {0}", "perl|/s")]
    [InlineData("bash -x  {0}", "bash|-x|/s")]
    [InlineData("bash -c \"source a; . {0}\"", "bash|-c|source a; . /s")]
    [InlineData("pwsh", null)]
    [InlineData("fish", null)]
    public void Forms(string shell, string? expected) =>
        (Shell.Parse(shell) is { } parsed ? string.Join("|", parsed.CommandFor("/s")) : null).ShouldBe(expected);
}
