using Strata.Core.Diagnostics;

namespace Strata.Core.Tests.Diagnostics;

public class DiagnosticTests
{
    [Fact]
    public void A_diagnostic_is_printed_with_place_code_and_indented_help() =>
        new Diagnostic("STR1042", Severity.Error, "Unknown key.", new("ci.yml", 7, 12), "Write:\nruns-on: x\n").ToString()
            .ShouldBe("ci.yml:7:12: error STR1042: Unknown key.\n  Write:\n  runs-on: x");

    [Theory]
    [InlineData(Severity.Warning, "warning STR1: m")]
    [InlineData(Severity.Hint, "hint STR1: m")]
    public void Place_and_help_may_be_absent(Severity severity, string text) => new Diagnostic("STR1", severity, "m", null, null).ToString().ShouldBe(text);

    [Fact]
    public void A_user_error_carries_at_least_one_diagnostic()
    {
        var diagnostic = new Diagnostic("STR1", Severity.Error, "m", null, null);

        new UserErrorException(diagnostic).Diagnostics.ShouldBe([diagnostic]);
        new UserErrorException([diagnostic]).Message.ShouldBe("m");
        Should.Throw<ArgumentException>(() => new UserErrorException([]));
    }
}
