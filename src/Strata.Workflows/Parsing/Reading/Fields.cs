using System.Diagnostics;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>
/// Typed access to a mapping whose shape is checked: a value of a wrong type reads as absent, for it is reported already. Where
/// expressions may stand, and what they may name, comes from the shape.
/// </summary>
internal readonly struct Fields(YamlMapping mapping, ObjectShape shape, TemplateReader templates)
{
    public YamlMapping Mapping => mapping;

    public SourceSpan At => mapping.At;

    public Problems Problems => templates.Problems;

    public TemplateReader Templates => templates;

    public bool Has(string name) => Node(name) is not null;

    /// <summary>Whether such a mapping has that key at all.</summary>
    public bool Knows(string name) => shape.Find(name) is not null;

    /// <summary>The place of the key itself, else of the mapping.</summary>
    public SourceSpan KeyAt(string name) => mapping.FindKey(name)?.At ?? At;

    /// <summary>The value under the name or another spelling of it.</summary>
    public YamlNode? Node(string name)
    {
        if (mapping.Find(name) is { } node)
        {
            return node;
        }

        foreach (var key in shape.Keys)
        {
            if (key.SpellingOf == name && mapping.Find(key.Name) is { } other)
            {
                return other;
            }
        }

        return null;
    }

    public YamlScalar? Scalar(string name) => Node(name) as YamlScalar;

    public YamlMapping? MappingOf(string name) => Node(name) as YamlMapping;

    public Fields? Object(string name) =>
        Node(name) is YamlMapping inner && ShapeOf(name).Object is { } known ? new Fields(inner, known, templates) : null;

    public Located<string>? Text(string name) =>
        Scalar(name) is { Kind: not YamlKind.Null } scalar ? new(scalar.Canonical, scalar.At) : null;

    public bool? Flag(string name) => Scalar(name) is { Kind: YamlKind.Boolean } scalar ? scalar.Boolean : null;

    public Located<Template>? Template(string name) =>
        Scalar(name) is { Kind: not YamlKind.Null } scalar && templates.Read(scalar, ShapeOf(name).Site) is { } template
            ? new(template, scalar.At)
            : null;

    public Condition Condition(string name) =>
        Scalar(name) is { } scalar ? templates.ReadCondition(scalar, ShapeOf(name).Site!) : Expressions.Condition.Success;

    /// <summary>One text, or each of a list.</summary>
    public IReadOnlyList<Located<Template>> TemplateList(string name)
    {
        List<Located<Template>> found = [];
        var known = ShapeOf(name);
        foreach (var scalar in Scalars(name))
        {
            if (templates.Read(scalar, known.Site ?? known.Items?.Site) is { } template)
            {
                found.Add(new(template, scalar.At));
            }
        }

        return found;
    }

    /// <summary>One text, or each of a list; of a literal text of several lines each line.</summary>
    public IReadOnlyList<Located<Template>> TemplateLines(string name)
    {
        List<Located<Template>> found = [];
        var known = ShapeOf(name);
        foreach (var scalar in Scalars(name))
        {
            if (templates.Read(scalar, known.Site ?? known.Items?.Site) is not { } template)
            {
                continue;
            }

            if (!template.IsLiteral || !template.Text.Contains('\n', StringComparison.Ordinal))
            {
                found.Add(new(template, scalar.At));
                continue;
            }

            var offset = 0;
            foreach (var line in template.Text.Split('\n'))
            {
                if (line.Trim() is { Length: > 0 } text)
                {
                    found.Add(new(Expressions.Template.Literal(text), scalar.PlaceOf(offset + line.IndexOf(text, StringComparison.Ordinal))));
                }

                offset += line.Length + 1;
            }
        }

        return found;
    }

    /// <summary>One text, or each of a list.</summary>
    public IReadOnlyList<Located<string>> TextList(string name)
    {
        List<Located<string>> found = [];
        foreach (var scalar in Scalars(name))
        {
            found.Add(new(scalar.Canonical, scalar.At));
        }

        return found;
    }

    public IEnumerable<YamlScalar> Scalars(string name) => Node(name) switch
    {
        YamlScalar { Kind: not YamlKind.Null } scalar => [scalar],
        YamlSequence sequence => sequence.Items.OfType<YamlScalar>(),
        _ => [],
    };

    /// <summary>Entries of an open mapping whose values are text.</summary>
    public IReadOnlyList<KeyValuePair<string, Located<string>>> TextPairs(string name)
    {
        List<KeyValuePair<string, Located<string>>> found = [];
        foreach (var (key, value) in MappingOf(name)?.Entries ?? [])
        {
            if (value is YamlScalar scalar)
            {
                found.Add(new(key.Text, new(scalar.Canonical, scalar.At)));
            }
        }

        return found;
    }

    /// <summary>Entries of an open mapping whose values may hold expressions; places are those of the values.</summary>
    public IReadOnlyList<KeyValuePair<string, Located<Template>>> TemplatePairs(string name)
    {
        List<KeyValuePair<string, Located<Template>>> found = [];
        var site = ShapeOf(name).Values?.Invoke().Site;
        foreach (var (key, value) in MappingOf(name)?.Entries ?? [])
        {
            if (value is YamlScalar scalar && templates.Read(scalar, site) is { } template)
            {
                found.Add(new(key.Text, new(template, scalar.At)));
            }
        }

        return found;
    }

    /// <summary>An <c>env:</c>; places are those of the names.</summary>
    public IReadOnlyList<EnvironmentVariable> Environment(string name)
    {
        List<EnvironmentVariable> found = [];
        var site = ShapeOf(name).Values?.Invoke().Site;
        foreach (var (key, value) in MappingOf(name)?.Entries ?? [])
        {
            if (!Names.IsVariable(key.Text))
            {
                Problems.Add(StructureDiagnostics.BadVariableName(key.At, key.Text));
            }
            else if (value is YamlScalar scalar && templates.Read(scalar, site) is { } template)
            {
                found.Add(new(key.Text, template, key.At));
            }
        }

        return found;
    }

    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text || Scalar(name)!.HasExpression)
        {
            return null;
        }

        if (Lifetime.TryParse(text.Value, out var duration))
        {
            return duration;
        }

        Problems.Add(StructureDiagnostics.BadDuration(text.At, $"'{name}'", text.Value));
        return null;
    }

    private Shape ShapeOf(string name) => shape.Find(name)?.Value ?? throw new UnreachableException($"{shape.Name} has no key {name}.");
}
