namespace Strata.Layers.Entries;

/// <summary>Seconds since 1970, may be negative, and nanoseconds that count forward from there.</summary>
public readonly record struct Timestamp(long Seconds, uint Nanoseconds);
