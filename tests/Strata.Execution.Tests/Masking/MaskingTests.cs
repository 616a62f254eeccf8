using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Secrets;
using Strata.Execution.Masking;

namespace Strata.Execution.Tests.Masking;

public sealed class MaskingTests
{
    private static readonly int MaxTest = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 20_000 : 500;

    /// <summary>The definition: mark every byte of every occurrence of every form, then replace each marked run.</summary>
    private static byte[] Naive(byte[] text, IEnumerable<byte[]> patterns)
    {
        var marked = new bool[text.Length];
        foreach (var pattern in patterns)
        {
            for (var i = 0; i + pattern.Length <= text.Length; i++)
            {
                if (text.AsSpan(i, pattern.Length).SequenceEqual(pattern))
                {
                    marked.AsSpan(i, pattern.Length).Fill(true);
                }
            }
        }

        var result = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (!marked[i])
            {
                result.Add(text[i]);
            }
            else if (i == 0 || !marked[i - 1])
            {
                result.AddRange("***"u8);
            }
        }

        return [.. result];
    }

    private static byte[] Streamed(SecretMasker masker, byte[] text, Random random, int chunkMax)
    {
        var stream = new MaskStream(masker);
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i < text.Length;)
        {
            var length = Math.Min(random.Next(1, chunkMax + 1), text.Length - i);
            stream.Write(text.AsSpan(i, length), output);
            i += length;
        }

        stream.Flush(output);
        return output.WrittenSpan.ToArray();
    }

    [Fact]
    public void Any_chunking_gives_what_replacing_the_whole_text_gives()
    {
        // Few letters: overlaps, repeats and near misses abound.
        var secret = Gen.Elements('a', 'b', 'c').ArrayOf().Where(a => a.Length is >= 4 and <= 9).Select(a => new string(a));
        var text = Gen.Elements('a', 'b', 'c', 'c', '\n', 'x').ArrayOf().Resize(300).Select(a => new string(a));
        var cases = from secrets in secret.ListOf(4) from body in text from seed in Gen.Choose(0, 1 << 20) select (secrets, body, seed);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(MaxTest), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var masker = new SecretMasker();
            masker.Add([.. c.secrets]);
            var bytes = Encoding.UTF8.GetBytes(c.body);
            var expected = Naive(bytes, c.secrets.SelectMany(SecretForms.Of));
            var random = new Random(c.seed);
            Streamed(masker, bytes, random, 1).ShouldBe(expected);
            Streamed(masker, bytes, random, 7).ShouldBe(expected);
            Streamed(masker, bytes, random, 1000).ShouldBe(expected);
            Encoding.UTF8.GetBytes(masker.MaskText(c.body)).ShouldBe(expected);
        }));
    }

    [Theory]
    [InlineData("x pa$$'w\"ord& y", "x *** y")]
    [InlineData("cGEkJCd3Im9yZCY=", "***")]
    [InlineData("pa%24%24%27w%22ord%26", "***")]
    [InlineData("706124242777226F726426", "***")]
    [InlineData("706124242777226f726426", "***")]
    [InlineData("""{"p":"pa$$'w\"ord&"}""", """{"p":"***"}""")]
    [InlineData("""'pa$$'\''w"ord&'""", "'***'")]
    [InlineData("""pa\$\$\'w\"ord\&""", "***")]
    [InlineData("pa$$&#39;w&quot;ord&amp;", "***")]
    public void Each_form_of_a_secret_is_masked(string text, string expected)
    {
        var masker = new SecretMasker();
        masker.Add("pa$$'w\"ord&");
        masker.MaskText(text).ShouldBe(expected);
    }

    [Theory]
    [InlineData("pa%2Fth%20%28k%C3%A9y%29%3Fx%3D1~%2A")] // RFC 3986
    [InlineData("pa%2fth%20%28k%c3%a9y%29%3fx%3d1~%2a")]
    [InlineData("pa/th%20%28k%C3%A9y%29%3Fx%3D1~%2A")] // Python's quote()
    [InlineData("pa/th+%28k%C3%A9y%29%3Fx%3D1~%2A")]
    [InlineData("pa%2Fth%20(k%C3%A9y)%3Fx%3D1~*")] // encodeURIComponent()
    [InlineData("pa/th%20(k%C3%A9y)?x=1~*")] // encodeURI()
    [InlineData("pa/th%20(k%c3%a9y)?x=1~*")]
    [InlineData("pa%2Fth+%28k%C3%A9y%29%3Fx%3D1%7E*")] // a form
    public void Each_way_to_put_a_secret_in_a_URL_is_masked(string text)
    {
        var masker = new SecretMasker();
        masker.Add("pa/th (kéy)?x=1~*");
        masker.MaskText($"https://host/?q={text}&z").ShouldBe("https://host/?q=***&z");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("u", "z")]
    [InlineData("user:", "!")]
    [InlineData("us", "tail")]
    public void Base64_of_a_text_around_a_secret_does_not_show_it(string before, string after)
    {
        var masker = new SecretMasker();
        masker.Add("correct-horse");
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + "correct-horse" + after));
        var masked = masker.MaskText(encoded);
        masked.ShouldContain("***");
        masked.Length.ShouldBeLessThan(encoded.Length - 8);
    }

    [Fact]
    public void Lines_of_a_value_are_masked_each_for_itself()
    {
        var masker = new SecretMasker();
        masker.Add("-----BEGIN\nline-one\nab\nline-two\n");
        masker.MaskText("a line-one b").ShouldBe("a *** b");
        masker.MaskText("line-two").ShouldBe("***");
        masker.MaskText("ab").ShouldBe("ab");
    }

    [Fact]
    public void Overlapping_secrets_are_masked_as_a_whole_and_the_longest_counts()
    {
        var masker = new SecretMasker();
        masker.Add("abcdef", "defghi", "abcdefgh-long").ShouldBe(MaskOutcome.Masked);
        masker.MaskText("<abcdefghi>").ShouldBe("<***>");
        masker.MaskText("<abcdefgh-long>").ShouldBe("<***>");
    }

    [Fact]
    public void Short_values_are_not_masked_and_too_many_are_refused()
    {
        var masker = new SecretMasker();
        masker.Add("abc").ShouldBe(MaskOutcome.TooShort);
        masker.Add("").ShouldBe(MaskOutcome.TooShort);
        masker.MaskText("abc").ShouldBe("abc");
        masker.Add(new string('x', SecretMasker.FormsSizeMax + 1)).ShouldBe(MaskOutcome.TooMany);
    }

    [Fact]
    public void A_line_without_a_secret_is_passed_without_a_copy_or_an_allocation()
    {
        var masker = new SecretMasker();
        masker.Add("some-secret-value");
        var stream = new MaskStream(masker);
        var scratch = new ArrayBufferWriter<byte>(256);
        var line = Encoding.UTF8.GetBytes("2026-01-01T00:00:00Z compiling something with some flags -O2");
        stream.MaskLine(line, scratch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            (stream.MaskLine(line, scratch) == line.AsSpan()).ShouldBeTrue("same memory");
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(200);
    }
}
