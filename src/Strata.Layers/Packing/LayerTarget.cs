namespace Strata.Layers.Packing;

/// <summary>Where a layer is written. The files are made anew; durability and final names are the caller's.</summary>
/// <param name="ImagePath">The EROFS image.</param>
/// <param name="IndexPath">Its side index; null: none.</param>
public sealed record LayerTarget(string ImagePath, string? IndexPath);
