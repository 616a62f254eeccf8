namespace Strata.Cli.Tests;

/// <summary>Tests that take the console's output: what others print meanwhile would be in it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = nameof(RunsAlone);
}
