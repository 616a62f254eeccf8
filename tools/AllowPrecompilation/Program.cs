using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;

// docs/adr/0003. Changes the copy of the framework's core that is published with the program, so that what each start calls is compiled ahead.
var path = args[0];
var before = File.ReadAllBytes(path);
var bytes = (byte[])before.Clone();
AllowAwait(bytes);
NameRoots(bytes);
if (!bytes.AsSpan().SequenceEqual(before))
{
    File.WriteAllBytes(path, bytes);
}

// The framework marks the one method that every await goes through to be optimized when it first runs, which also keeps it from being compiled ahead: each start would compile it anew for each kind
// of await, fifty times. Takes that mark off.
static void AllowAwait(byte[] bytes)
{
    const int FlagsInRow = 4; // ECMA-335 §II.22.26: RVA, then ImplFlags
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
        }
    }
}

// What only the runtime itself calls is named to the compiler in the framework's descriptors, but not what it comes to by generic code, which cannot be compiled ahead. Names that too, in the room
// that the descriptors' indentation takes. Descriptors that are not as expected stay as they are: starts are slower.
static void NameRoots(byte[] bytes)
{
    (string Type, string[] Methods)[] roots =
    [
        ("System.RuntimeType", ["get_Cache"]),
        ("System.RuntimeType/RuntimeTypeCache", ["get_GenericCache"]),
        ("System.RuntimeType/ActivatorCache", ["Create", ".ctor"]),
        ("System.RuntimeTypeHandle", ["GetActivationInfo"]),
        ("System.Runtime.InteropServices.GCHandle", ["InternalGet"]),
        ("System.GenericEmptyEnumeratorBase", [".ctor"]),
    ];
    var begin = bytes.AsSpan().IndexOf("<linker>"u8);
    var length = begin < 0 ? -1 : bytes.AsSpan(begin).IndexOf("</assembly>"u8);
    if (length < 0 || bytes.AsSpan(begin, length).IndexOf(Encoding.UTF8.GetBytes($"<type fullname=\"{roots[1].Type}\"><method")) >= 0) // not there, or named already
    {
        return;
    }

    var text = new StringBuilder();
    foreach (var line in Encoding.UTF8.GetString(bytes, begin, length).Split('\n'))
    {
        text.Append(line.Trim()).Append('\n');
    }

    foreach (var (type, methods) in roots)
    {
        text.Append("<type fullname=\"").Append(type).Append("\">").AppendJoin("", methods.Select(static method => $"<method name=\"{method}\" />")).Append("</type>\n");
    }

    var named = Encoding.UTF8.GetBytes(text.ToString());
    if (named.Length <= length)
    {
        bytes.AsSpan(begin, length).Fill((byte)' ');
        named.CopyTo(bytes, begin);
    }
}
