namespace Strata.Cli.Tests;

public sealed class InternalErrorTests
{
    [Theory]
    [InlineData(28, "STR1930")]
    [InlineData(122, "STR1930")]
    [InlineData(5, "STR1999")]
    public void A_full_disk_is_no_fault_of_the_program(int error, string code) => CliDiagnostics.Internal(new IOException("write", error)).Code.ShouldBe(code);
}
