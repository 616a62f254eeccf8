using System.Globalization;
using System.Text;

namespace Strata.Core.Text;

/// <summary>Text from outside as a person may see it.</summary>
public static class ShownText
{
    /// <summary>On one line, and nothing that moves a terminal's cursor.</summary>
    /// <param name="lengthMax">Characters; more are cut off and marked.</param>
    public static string Of(string text, int lengthMax)
    {
        var shown = new StringBuilder();
        foreach (var character in text)
        {
            if (shown.Length >= lengthMax)
            {
                shown.Append('…');
                break;
            }

            shown.Append(character switch
            {
                '\n' => "\\n",
                '\t' => "\\t",
                _ when char.IsControl(character) || char.GetUnicodeCategory(character) is UnicodeCategory.Format => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        }

        return shown.ToString();
    }
}
