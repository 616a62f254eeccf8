namespace Strata.Layers.Entries;

/// <summary>An extended attribute: the whole name with its prefix (<c>user.</c>, <c>security.</c> …), as bytes.</summary>
public sealed record Xattr(byte[] Name, byte[] Value);
