using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// docs/adr/0003. The framework marks the one method that every await goes through to be optimized when it first runs, which also keeps it from being compiled
// ahead: each start would compile it anew for each kind of await, fifty times. Takes that mark off, in the copy of the framework's core that is published with the program.
const int FlagsInRow = 4; // ECMA-335 §II.22.26: RVA, then ImplFlags

var path = args[0];
var bytes = File.ReadAllBytes(path);
using var image = new PEReader(ImmutableArray.Create(bytes));
var metadata = image.GetMetadataReader();
var table = image.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.MethodDef);
foreach (var handle in metadata.MethodDefinitions)
{
    var method = metadata.GetMethodDefinition(handle);
    if (method.ImplAttributes.HasFlag(MethodImplAttributes.AggressiveOptimization) && metadata.StringComparer.Equals(method.Name, "AwaitUnsafeOnCompleted"))
    {
        var flags = table + (metadata.GetTableRowSize(TableIndex.MethodDef) * (MetadataTokens.GetRowNumber(handle) - 1)) + FlagsInRow;
        bytes[flags + 1] &= unchecked((byte)~((int)MethodImplAttributes.AggressiveOptimization >> 8));
        File.WriteAllBytes(path, bytes);
    }
}
