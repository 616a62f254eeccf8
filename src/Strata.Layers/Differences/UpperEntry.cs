using Strata.Layers.Entries;

namespace Strata.Layers.Differences;

/// <summary>A name of an overlay's upper directory.</summary>
/// <param name="Entry">Its path is only its name. Owners and attributes as the job sees them.</param>
/// <param name="File">Device and inode of a file with several names; else null.</param>
internal sealed record UpperEntry(byte[] Name, LayerEntry Entry, bool IsWhiteout, bool IsOpaque, byte[]? Redirect, (ulong Device, ulong Inode)? File);
