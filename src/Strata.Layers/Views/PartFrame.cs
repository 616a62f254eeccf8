namespace Strata.Layers.Views;

/// <summary>A directory that is being walked, and how long its paths are.</summary>
internal sealed class PartFrame(StackDirectory directory, Selected selected, int viewLength, int stackLength, int selectionLength)
{
    private List<StackName>? _names;
    private int _next;

    public StackDirectory Directory => directory;

    public Selected Selected => selected;

    public int ViewLength => viewLength;

    public int StackLength => stackLength;

    public int SelectionLength => selectionLength;

    public StackName? NextName(PathBuffer shownPath)
    {
        _names ??= directory.Names(shownPath.Path);
        if (_next == _names.Count)
        {
            return null;
        }

        var name = _names[_next];
        _names[_next++] = default; // not needed again
        return name;
    }
}
