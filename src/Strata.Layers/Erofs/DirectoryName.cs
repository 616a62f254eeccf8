using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>A name as its directory has it.</summary>
/// <param name="Name">Part of the directory's bytes.</param>
/// <param name="Kind">What the directory says that it is.</param>
internal readonly record struct DirectoryName(ReadOnlyMemory<byte> Name, ulong Nid, EntryKind Kind);
