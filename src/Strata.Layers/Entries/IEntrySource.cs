namespace Strata.Layers.Entries;

/// <summary>A tree name by name, with the contents of its files.</summary>
internal interface IEntrySource
{
    /// <summary>The next entry, or null at the end. Content of the one before that was not read is skipped.</summary>
    ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken);

    /// <summary>The next piece of the current file's content, valid until the next call; empty at its end.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken);
}
