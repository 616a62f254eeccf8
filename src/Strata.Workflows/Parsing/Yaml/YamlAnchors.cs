using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>Anchors of one file: an alias is the very node of its anchor, which must be complete by then.</summary>
internal sealed class YamlAnchors(string file)
{
    private readonly Dictionary<string, YamlNode?> _nodes = new(StringComparer.Ordinal); // null: still open
    private int _aliases;

    public void Open(AnchorName anchor)
    {
        if (!anchor.IsEmpty)
        {
            _nodes[anchor.Value] = null;
        }
    }

    public void Close(AnchorName anchor, YamlNode node)
    {
        if (!anchor.IsEmpty)
        {
            _nodes[anchor.Value] = node;
        }
    }

    public YamlNode Resolve(AnchorAlias alias)
    {
        var place = new SourceSpan(file, (int)alias.Start.Line, (int)alias.Start.Column);
        if (++_aliases > YamlLimits.AliasesMax)
        {
            throw new YamlGivenUpException(YamlDiagnostics.TooManyAliases(place));
        }

        if (!_nodes.TryGetValue(alias.Value.Value, out var node))
        {
            throw new YamlGivenUpException(YamlDiagnostics.UnknownAlias(place, alias.Value.Value, _nodes.Keys));
        }

        return node ?? throw new YamlGivenUpException(YamlDiagnostics.AliasInsideItself(place, alias.Value.Value));
    }
}
