using System.Text;
using Strata.Core;
using Strata.Execution.Masking;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Caches;

/// <summary>
/// What the expressions of a key read, and what it was: kept with the entry, so that it can be said which of it changed. Secrets are left out, and whatever holds one; whole contexts too, of which
/// nobody can tell what counted. Not for concurrent use.
/// </summary>
internal sealed class KeyInputs(IExpressionScope scope, SecretMasker masker) : IExpressionScope
{
    /// <summary>Characters; a longer value is told by its digest.</summary>
    private const int ValueMax = 1_000;

    private const string EnvPrefix = "env.";
    private const string SecretsPrefix = "secrets.";

    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _env = new(StringComparer.Ordinal);

    /// <summary><c>hashFiles('package-lock.json')</c> → its value, <c>runner.os</c> → <c>Linux</c>.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Variables, by name.</summary>
    public IReadOnlyDictionary<string, string> Env => _env;

    /// <exception cref="ExpressionException">It cannot be evaluated.</exception>
    public string Evaluate(Template key)
    {
        var text = key.EvaluateText(this);
        foreach (var path in key.Expressions.SelectMany(static expression => expression.Paths))
        {
            Note(path);
        }

        return text;
    }

    public Value GetContext(string name) => scope.GetContext(name);

    public Value Call(string function, IReadOnlyList<Value> arguments)
    {
        var value = scope.Call(function, arguments);
        if (function == "hashfiles")
        {
            Add(_values, $"hashFiles({string.Join(", ", arguments.Select(static argument => $"'{argument.ToText()}'"))})", value);
        }

        return value;
    }

    /// <param name="path">As <see cref="Expression.Paths"/> has it.</param>
    private void Note(string path)
    {
        if (path.StartsWith(SecretsPrefix, StringComparison.Ordinal))
        {
            return;
        }

        var names = path.Split('.');
        var (value, spelled) = (GetContext(names[0]), names[0]);
        foreach (var name in names.Skip(1))
        {
            var members = value as ObjectValue;
            spelled = $"{spelled}.{members?.Members.FirstOrDefault(member => member.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Key ?? name}";
            value = members?[name] ?? Value.Null;
        }

        if (value.Kind is ValueKind.Array or ValueKind.Object)
        {
            return;
        }

        if (path.StartsWith(EnvPrefix, StringComparison.Ordinal))
        {
            Add(_env, spelled[EnvPrefix.Length..], value);
        }
        else
        {
            Add(_values, spelled, value);
        }
    }

    private void Add(SortedDictionary<string, string> to, string name, Value value)
    {
        var text = value.ToText();
        if (!masker.ContainsSecret(name) && !masker.ContainsSecret(text))
        {
            to[name] = text.Length <= ValueMax ? text : Digest.Of(Encoding.UTF8.GetBytes(text)).ToString();
        }
    }
}
