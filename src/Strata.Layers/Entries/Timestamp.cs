namespace Strata.Layers.Entries;

/// <summary>Seconds since 1970, may be negative, and nanoseconds that count forward from there.</summary>
public readonly record struct Timestamp(long Seconds, uint Nanoseconds) : IComparable<Timestamp>
{
    public int CompareTo(Timestamp other) => Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    public static bool operator <(Timestamp one, Timestamp other) => one.CompareTo(other) < 0;

    public static bool operator >(Timestamp one, Timestamp other) => one.CompareTo(other) > 0;

    public static bool operator <=(Timestamp one, Timestamp other) => one.CompareTo(other) <= 0;

    public static bool operator >=(Timestamp one, Timestamp other) => one.CompareTo(other) >= 0;
}
