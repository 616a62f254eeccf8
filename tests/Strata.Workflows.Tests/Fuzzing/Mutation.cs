using System.Text;

namespace Strata.Workflows.Tests.Fuzzing;

/// <summary>Changes a text a little: by bytes, or by tokens, which keeps more of it whole and so gets deeper.</summary>
internal sealed class Mutation(int seed, string[] words)
{
    private const int LengthMax = 20_000; // characters; copies of copies would grow without end

    private readonly Random _random = new(seed);

    public byte[] OfBytes(string text)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
        for (var edits = _random.Next(1, 8); edits > 0; edits--)
        {
            var at = _random.Next(bytes.Count + 1);
            var length = Math.Min(_random.Next(1, 32), bytes.Count - at);
            switch (_random.Next(5))
            {
                case 0 when length > 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1 when length > 0:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(words)));
                    break;
            }
        }

        return [.. bytes.Take(LengthMax)];
    }

    public string OfTokens(string text)
    {
        var tokens = Tokens(text);
        for (var edits = _random.Next(1, 8); edits > 0; edits--)
        {
            var at = _random.Next(tokens.Count + 1);
            var count = Math.Min(_random.Next(1, 12), tokens.Count - at);
            switch (_random.Next(6))
            {
                case 0 when count > 0:
                    tokens[at] = Pick(words);
                    break;
                case 1 when count > 0:
                    tokens[at] = Pick(tokens);
                    break;
                case 2 when count > 0:
                    var other = _random.Next(tokens.Count);
                    (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                    break;
                case 3:
                    tokens.RemoveRange(at, count);
                    break;
                case 4:
                    tokens.InsertRange(_random.Next(tokens.Count + 1), tokens.GetRange(at, count));
                    break;
                default:
                    tokens.Insert(at, Pick(words));
                    break;
            }
        }

        var changed = string.Concat(tokens);
        return changed.Length > LengthMax ? changed[..LengthMax] : changed;
    }

    public string Pick(IReadOnlyList<string> from) => from[_random.Next(from.Count)];

    /// <summary>Words, runs of blanks, and single other characters.</summary>
    private static List<string> Tokens(string text)
    {
        List<string> tokens = [];
        for (var start = 0; start < text.Length;)
        {
            var end = start + 1;
            while (end < text.Length && Kind(text[start]) is > 0 and var kind && Kind(text[end]) == kind)
            {
                end++;
            }

            tokens.Add(text[start..end]);
            start = end;
        }

        return tokens;
    }

    private static int Kind(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' ? 1 : c == ' ' ? 2 : 0;
}
