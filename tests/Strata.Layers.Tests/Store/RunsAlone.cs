namespace Strata.Layers.Tests.Store;

/// <summary>Alone: a process that another test starts shares all locks of this one between fork and exec, so a removal would find the layer in use.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "store";
}
