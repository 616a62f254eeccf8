using System.Diagnostics;
using System.Globalization;
using Strata.Metadata.Leases;
using LeaseTable = Strata.Metadata.Leases.Leases;

namespace Strata.Metadata.Tests;

public sealed class LeaseHolderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-leases-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_process_that_is_there_is_not_gone() => LeaseHolder.IsGone(LeaseHolder.Current).ShouldBeFalse();

    [Fact]
    public async Task A_process_that_has_ended_is_gone_and_so_is_one_whose_number_another_has()
    {
        using var process = Process.Start("sleep", "60");
        var owner = Of(process);
        LeaseHolder.IsGone(owner).ShouldBeFalse();
        LeaseHolder.IsGone(owner.Replace(StartOf(process), "12", StringComparison.Ordinal)).ShouldBeTrue();

        process.Kill();
        await process.WaitForExitAsync();

        LeaseHolder.IsGone(owner).ShouldBeTrue();
    }

    [Theory]
    [InlineData("process 1")]
    [InlineData("process 99999999")]
    [InlineData("upkeep")]
    [InlineData("process 99999999 (00000000-0000-0000-0000-000000000000.pid:[1].5)")]
    [InlineData("process 99999999 ()")]
    [InlineData("process 99999999 (.)")]
    [InlineData("process x (a.b)")]
    [InlineData("")]
    public void Of_another_host_or_boot_or_an_unknown_holder_nobody_can_know(string owner) => LeaseHolder.IsGone(owner).ShouldBeFalse();

    [Fact]
    public void Of_a_process_that_cannot_be_read_nobody_can_know()
    {
        LeaseHolder.IsGone(LeaseHolder.Current, _directory).ShouldBeFalse(); // it is only not shown: it takes signals
        Directory.CreateDirectory(Path.Combine(_directory, $"{Environment.ProcessId}/stat")); // no file: reading it fails
        LeaseHolder.IsGone(LeaseHolder.Current, _directory).ShouldBeFalse();
        LeaseHolder.IsGone($"{LeaseHolder.Current[..(LeaseHolder.Current.LastIndexOf('.') + 1)]})").ShouldBeFalse(); // it could not read its own
    }

    [Fact]
    public async Task The_lease_of_a_dead_process_is_ended_at_once_and_that_of_a_living_one_when_it_runs_out()
    {
        using var database = new Database(_directory, TimeProvider.System);
        var leases = new LeaseTable(database, TimeProvider.System, LeaseTimes.Long);
        using var process = Process.Start("sleep", "60");
        await using var dead = ((LeaseAttempt.Acquired)await leases.TryAcquireAsync("attempt/a", Of(process), "", default)).Lease;
        await using var living = ((LeaseAttempt.Acquired)await leases.TryAcquireAsync("attempt/b", LeaseHolder.Current, "", default)).Lease;
        (await leases.ExpireAsync("attempt/", default)).ShouldBeEmpty();
        process.Kill();
        await process.WaitForExitAsync();

        (await leases.ExpireAsync("other/", default)).ShouldBeEmpty();
        (await leases.ExpireAsync("attempt/", default)).ShouldBe(["attempt/a"]);

        database.Read(sql => (dead.Token.IsHeld(sql), living.Token.IsHeld(sql))).ShouldBe((false, true));
    }

    [Fact]
    public async Task Who_asks_for_the_lease_of_a_dead_process_has_it_at_once_and_is_told_of_a_living_one_without_its_particulars()
    {
        using var database = new Database(_directory, TimeProvider.System);
        var leases = new LeaseTable(database, TimeProvider.System, LeaseTimes.Long);
        using var process = Process.Start("sleep", "60");
        await using var first = ((LeaseAttempt.Acquired)await leases.TryAcquireAsync("build/a", $"run 1, {Of(process)}", "", default)).Lease;
        (await leases.TryAcquireAsync("build/a", LeaseHolder.For("run 2"), "", default)).ShouldBeOfType<LeaseAttempt.Held>().Owner
            .ShouldBe(string.Create(CultureInfo.InvariantCulture, $"run 1, process {process.Id}"));
        process.Kill();
        await process.WaitForExitAsync();

        await using var second = (await leases.TryAcquireAsync("build/a", LeaseHolder.For("run 2"), "", default)).ShouldBeOfType<LeaseAttempt.Acquired>().Lease;
        database.Read(sql => (first.Token.IsHeld(sql), second.Token.IsHeld(sql))).ShouldBe((false, true));
    }

    /// <summary>As that process would say it of itself.</summary>
    private static string Of(Process process)
    {
        var mine = LeaseHolder.Current;
        var place = mine[(mine.IndexOf('(', StringComparison.Ordinal) + 1)..mine.LastIndexOf('.')];
        return string.Create(CultureInfo.InvariantCulture, $"process {process.Id} ({place}.{StartOf(process)})");
    }

    private static string StartOf(Process process) => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/stat")).Split(' ')[21];
}
