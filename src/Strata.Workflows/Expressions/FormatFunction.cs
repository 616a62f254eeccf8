using System.Globalization;
using System.Text;

namespace Strata.Workflows.Expressions;

/// <summary><c>format('{0} and {{', x)</c>. An argument that is not referred to is not evaluated.</summary>
internal static class FormatFunction
{
    public static string Format(string format, Func<int, Value> argument, int count, TextBudget budget)
    {
        var result = new StringBuilder();
        var texts = new string?[count];
        for (var i = 0; i < format.Length;)
        {
            var length = format.AsSpan(i).IndexOfAny('{', '}');
            length = length < 0 ? format.Length - i : length;
            budget.Spend(length + 1);
            result.Append(format, i, length);
            i += length;
            if (i == format.Length)
            {
                break;
            }

            if (i + 1 < format.Length && format[i + 1] == format[i])
            {
                result.Append(format[i]);
                i += 2;
                continue;
            }

            var (index, end) = ReadPlaceholder(format, i);
            if (index >= count)
            {
                throw new ExpressionException($"The format text refers to {{{index}}}, but there are {count} values to put in.");
            }

            var text = texts[index] ??= argument(index).ToText();
            budget.Spend(text.Length);
            result.Append(text);
            i = end;
        }

        return result.ToString();
    }

    private static (int Index, int End) ReadPlaceholder(string format, int start)
    {
        var end = start + 1;
        while (end < format.Length && char.IsAsciiDigit(format[end]))
        {
            end++;
        }

        if (format[start] != '{' || end == format.Length || format[end] != '}'
            || !byte.TryParse(format.AsSpan(start + 1, end - start - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            throw new ExpressionException(
                $"The format text is not well formed at its character {start + 1}: a placeholder is {{0}}, a brace is {{{{ or }}}}.");
        }

        return (index, end + 1);
    }
}
