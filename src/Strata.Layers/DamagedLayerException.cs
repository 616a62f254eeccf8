namespace Strata.Layers;

/// <summary>Why a layer's image or index cannot be read.</summary>
public enum LayerFault
{
    /// <summary>Something else than a layer.</summary>
    NotALayer,

    /// <summary>It contradicts itself: an offset outside, a cycle, names out of order, a wrong checksum.</summary>
    Damaged,

    /// <summary>Legal, but not what Strata writes (compression, other block sizes) or a later version.</summary>
    Unsupported,

    /// <summary>Over a limit of <see cref="TreeImportLimits"/> or of Linux.</summary>
    TooLarge,
}

/// <summary>A layer that is not trusted; the message says where it is wrong.</summary>
public sealed class DamagedLayerException(string message, LayerFault fault = LayerFault.Damaged) : Exception(message)
{
    public LayerFault Fault { get; } = fault;
}
