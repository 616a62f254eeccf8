using Strata.Sandbox.Diagnosis;

namespace Strata.Sandbox.Tests.Jobs;

public sealed class DiagnosisTests(Machine machine) : IClassFixture<Machine>
{
    [Fact]
    public async Task A_machine_that_can_run_these_tests_has_nothing_missing()
    {
        var findings = await SandboxDiagnosis.RunAsync(new() { DataDirectory = machine.DataDirectory }, CancellationToken.None);

        findings.ShouldNotContain(f => f.Status == FindingStatus.Missing, string.Join('\n', findings));
        findings.ShouldAllBe(f => f.Detail.Length > 0);
    }
}
