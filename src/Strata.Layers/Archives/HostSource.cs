using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Archives;

/// <summary>Entries as files of whoever runs this, and where its links lead: what a job gave rights to would have them here too.</summary>
internal sealed class HostSource(IEntrySource source) : IEntrySource
{
    private const uint PermissionsOnly = 0x1ff; // 0777

    private readonly (uint User, uint Group) _owner = (Libc.EffectiveUser(), Libc.EffectiveGroup());

    public HostLinks Links { get; } = new();

    public async ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken)
    {
        if (await source.NextAsync(cancellationToken).ConfigureAwait(false) is not { } entry)
        {
            return null;
        }

        if (entry.Kind is EntryKind.Symlink)
        {
            Links.Add(entry.Path, entry.Link);
        }

        return entry with { User = _owner.User, Group = _owner.Group, Mode = entry.Mode & PermissionsOnly, Attributes = [] };
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken) => source.ReadContentAsync(cancellationToken);
}
