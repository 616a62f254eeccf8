using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Identity;

namespace Strata.Tenancy.Tests;

public sealed class VisibilityTests
{
    private const string Own = "own";
    private const string Base = "base";
    private const string Default = "default";
    private const string Other = "other";

    /// <summary>Trust of the reader, where the entry was written, trust of the entry, shareable → how near; null: not seen. DESIGN §7, one line a combination.</summary>
    public static TheoryData<Trust, string, Trust, bool, int?> Table()
    {
        var table = new TheoryData<Trust, string, Trust, bool, int?>();
        foreach (var shareable in (bool[])[false, true])
        {
            // A protected run reads what protected runs wrote.
            table.Add(Trust.Protected, Own, Trust.Protected, shareable, 0);
            table.Add(Trust.Protected, Base, Trust.Protected, shareable, 1);
            table.Add(Trust.Protected, Default, Trust.Protected, shareable, 2);
            table.Add(Trust.Protected, Other, Trust.Protected, shareable, 3);
            // An internal one: of its ref and its base what was not written by a fork, and all that is protected.
            table.Add(Trust.Internal, Own, Trust.Protected, shareable, 0);
            table.Add(Trust.Internal, Base, Trust.Protected, shareable, 1);
            table.Add(Trust.Internal, Default, Trust.Protected, shareable, 2);
            table.Add(Trust.Internal, Other, Trust.Protected, shareable, 3);
            table.Add(Trust.Internal, Own, Trust.Internal, shareable, 0);
            table.Add(Trust.Internal, Base, Trust.Internal, shareable, 1);
            table.Add(Trust.Internal, Default, Trust.Internal, shareable, null);
            table.Add(Trust.Internal, Other, Trust.Internal, shareable, null);
            // A fork: its own, and what is shareable of base and default branch.
            table.Add(Trust.Fork, Own, Trust.Fork, shareable, 0);
            table.Add(Trust.Fork, Base, Trust.Internal, shareable, shareable ? 1 : null);
            table.Add(Trust.Fork, Base, Trust.Protected, shareable, shareable ? 1 : null);
            table.Add(Trust.Fork, Default, Trust.Internal, shareable, shareable ? 2 : null);
            table.Add(Trust.Fork, Default, Trust.Protected, shareable, shareable ? 2 : null);
            table.Add(Trust.Fork, Own, Trust.Internal, shareable, null);
            table.Add(Trust.Fork, Own, Trust.Protected, shareable, null);
            table.Add(Trust.Fork, Other, Trust.Internal, shareable, null);
            table.Add(Trust.Fork, Other, Trust.Protected, shareable, null);
            // Nobody reads what a fork wrote but that fork; nothing flows up.
            foreach (var place in (string[])[Own, Base, Default, Other])
            {
                table.Add(Trust.Protected, place, Trust.Internal, shareable, null);
                table.Add(Trust.Protected, place, Trust.Fork, shareable, null);
                table.Add(Trust.Internal, place, Trust.Fork, shareable, null);
                if (place != Own)
                {
                    table.Add(Trust.Fork, place, Trust.Fork, shareable, null);
                }
            }
        }

        return table;
    }

    [Fact]
    public void The_table_has_every_combination() => Table().Count.ShouldBe(3 * 4 * 3 * 2);

    [Theory]
    [MemberData(nameof(Table))]
    public void An_entry_is_as_near_as_the_table_says(Trust reader, string place, Trust entry, bool shareable, int? expected)
    {
        var reads = Readers.On("refs/pull/7/merge", reader, "refs/heads/release");
        var written = place switch
        {
            Own => "refs/pull/7/merge",
            Base => "refs/heads/release",
            Default => "refs/heads/main",
            _ => "refs/pull/8/merge",
        };
        Visibility.Nearness(reads, Scope.Of(Readers.On(written, entry)), shareable).ShouldBe(expected);
    }

    [Fact]
    public void Where_own_base_and_default_branch_are_one_the_nearest_counts()
    {
        var main = Scope.Of(Readers.On("refs/heads/main", Trust.Protected));
        Visibility.Nearness(Readers.On("refs/heads/main", Trust.Protected, "refs/heads/main"), main, false).ShouldBe(0);
        Visibility.Nearness(Readers.On("refs/heads/feature", Trust.Internal, "refs/heads/main"), main, false).ShouldBe(1);
    }

    [Fact]
    public void A_ref_that_looks_like_a_forks_scope_reads_nothing_of_it()
    {
        var fork = Scope.Of(Readers.On("refs/pull/7/merge", Trust.Fork));
        foreach (var trust in (Trust[])[Trust.Internal, Trust.Protected])
        {
            Visibility.Nearness(Readers.On(fork.Ref, trust, fork.Ref), fork, true).ShouldBeNull();
        }

        Visibility.Nearness(Readers.On("refs/pull/8/merge", Trust.Fork, fork.Ref) with { DefaultBranch = fork.Ref }, fork, true).ShouldBeNull();
    }

    [Fact]
    public void Trust_flows_down_only() => For((reader, writer, shareable) =>
        Visibility.Nearness(reader, Scope.Of(writer), shareable) is null || writer.Trust >= reader.Trust);

    [Fact]
    public void Nothing_crosses_an_organization_or_a_repository() => For((reader, writer, shareable) =>
        Visibility.Nearness(reader, Scope.Of(writer), shareable) is null || reader.FullRepository == writer.FullRepository);

    [Fact]
    public void A_fork_sees_of_others_only_what_is_shareable() => For((reader, writer, shareable) =>
        reader.Trust is not Trust.Fork || shareable || Visibility.Nearness(reader, Scope.Of(writer), shareable) is null || Scope.Of(writer) == Scope.Of(reader));

    [Fact]
    public void What_a_run_wrote_it_sees_first() => For((reader, _, shareable) => Visibility.Nearness(reader, Scope.Of(reader), shareable) is 0);

    [Fact]
    public void The_mark_only_ever_widens_what_is_seen() => For((reader, writer, _) =>
        Visibility.Nearness(reader, Scope.Of(writer), false) is not { } nearness || Visibility.Nearness(reader, Scope.Of(writer), true) == nearness);

    /// <summary>No way through a third party: what a run may read is written by its trust or a higher one, so nothing is passed on upwards.</summary>
    [Fact]
    public void Nothing_is_relabelled_on_its_way() => For((reader, middle, shareable) =>
        Readers.Trusts.All(trust =>
        {
            var first = middle with { Trust = trust };
            var passedOn = Visibility.Nearness(middle, Scope.Of(first), shareable) is not null && Visibility.Nearness(reader, Scope.Of(middle), shareable) is not null;
            return !passedOn || first.Trust >= reader.Trust;
        }));

    private static void For(Func<RunIdentity, RunIdentity, bool, bool> property) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 200_000 : 5_000),
            Prop.ForAll(Identities().ToArbitrary(), Identities().ToArbitrary(), Gen.Elements(false, true).ToArbitrary(), property));

    private static Gen<RunIdentity> Identities() =>
        from org in Gen.Elements("acme", "acme2")
        from repository in Gen.Elements("app", "app2")
        from reference in Gen.Elements<string>(Readers.Refs)
        from trust in Gen.Elements<Trust>(Readers.Trusts)
        from baseRef in Gen.Elements<string?>([null, .. Readers.Refs])
        from defaultBranch in Gen.Elements("refs/heads/main", "refs/heads/release")
        select Readers.On(reference, trust, baseRef) with { Organization = org, Repository = repository, DefaultBranch = defaultBranch };
}
