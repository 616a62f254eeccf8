namespace Strata.Workflows.Expressions;

/// <summary>What an expression names, found without evaluating it.</summary>
internal sealed class ReadNames
{
    private readonly HashSet<string> _contexts = [];
    private readonly HashSet<string> _functions = [];
    private readonly List<string> _paths = [];

    public IReadOnlySet<string> Contexts => _contexts;

    public IReadOnlySet<string> Functions => _functions;

    public IReadOnlyList<string> Paths => _paths;

    public static ReadNames Of(Node root)
    {
        var names = new ReadNames();
        names.Visit(root);
        return names;
    }

    private void Visit(Node node)
    {
        switch (node)
        {
            case ContextNode context:
                _contexts.Add(context.Name);
                return;
            case CallNode call:
                _functions.Add(call.Function.LowerName);
                break;
            case IndexNode index:
                AddPath(index);
                return;
        }

        foreach (var child in node.Children)
        {
            Visit(child);
        }
    }

    /// <summary>Walks down a chain of indexes to its context, then names as much of it as is constant.</summary>
    private void AddPath(IndexNode outermost)
    {
        var indexes = new Stack<Node>();
        Node target = outermost;
        for (; target is IndexNode index; target = index.Target)
        {
            indexes.Push(index.Index);
            Visit(index.Index);
        }

        Visit(target);
        if (target is not ContextNode context)
        {
            return;
        }

        var path = context.Name;
        while (indexes.TryPop(out var index)
            && index is LiteralNode { Value: StringValue { Value: var name } }
            && !name.Contains('.', StringComparison.Ordinal))
        {
            path = $"{path}.{name.ToLowerInvariant()}";
        }

        if (path.Length > context.Name.Length && !_paths.Contains(path))
        {
            _paths.Add(path);
        }
    }
}
