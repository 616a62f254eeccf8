namespace Strata.Workflows.Parsing.Yaml;

/// <summary>What a workflow file may hold. Far above what people write, far below what hurts.</summary>
internal static class YamlLimits
{
    public const int DepthMax = 64;
    public const int NodesMax = 100_000; // every alias written out
    public const int AliasesMax = 1_000;
    public const int KeyLengthMax = 512; // characters
    public const int TextLengthMax = 512 * 1024; // characters in one scalar
}
