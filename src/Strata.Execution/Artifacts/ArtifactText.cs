using System.Globalization;
using Strata.Core;
using Strata.Layers.Trees;

namespace Strata.Execution.Artifacts;

/// <summary>What is said of artifacts.</summary>
internal static class ArtifactText
{
    public static string SizeOf(StoredTree tree) => string.Create(CultureInfo.InvariantCulture, $"{new ByteSize(tree.SizeBytes)}, {tree.Files} {(tree.Files == 1 ? "name" : "names")}");
}
