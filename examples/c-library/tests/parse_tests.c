#include "check.h"

static void accepts_what_json_is(void)
{
    static const char *const texts[] = {
        "null", "true", "false", "0", "-0", "12", "-1.5e+10", "1E-2", "\"\"", "[]", "{}", " \t\r\n[ ]\n",
        "[1,2,3]", "{\"a\":{\"b\":[]}}", "\"\\u0041\\ud83d\\ude00\\n\"", "{\"a\":1,\"a\":2}", "\"\x7f\"", "\"\\u0000\"",
        "1e-400", "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890.5",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pebble_document *document = parse(texts[i]);
        CHECK(document != NULL);
        if (document == NULL) {
            fprintf(stderr, "    text: %s\n", texts[i]);
        }
        pebble_free(document);
    }
}

static void refuses_the_rest_and_says_where(void)
{
    static const struct {
        const char *text;
        const char *message;
        size_t line;
        size_t column;
    } cases[] = {
        { "", "value expected", 1, 1 },
        { "  ", "value expected", 1, 3 },
        { "nul", "unknown word", 1, 1 },
        { "True", "value expected", 1, 1 },
        { "01", "text after the value", 1, 2 },
        { "+1", "value expected", 1, 1 },
        { "-", "digit expected", 1, 2 },
        { "1.", "digit expected after the point", 1, 3 },
        { ".5", "value expected", 1, 1 },
        { "1e", "digit expected in the exponent", 1, 3 },
        { "1e+", "digit expected in the exponent", 1, 4 },
        { "1e999", "number too large", 1, 6 },
        { "[1,]", "value expected", 1, 4 },
        { "[1 2]", "',' or ']' expected", 1, 4 },
        { "[1", "',' or ']' expected", 1, 3 },
        { "[1}", "',' or ']' expected", 1, 3 },
        { "{\"a\"}", "':' expected", 1, 5 },
        { "{a:1}", "'\"' expected", 1, 2 },
        { "{\"a\":1,}", "'\"' expected", 1, 8 },
        { "{\n \"a\": 1\n \"b\": 2}", "',' or '}' expected", 3, 2 },
        { "\"abc", "string without end", 1, 5 },
        { "\"a\nb\"", "control character in a string", 1, 3 },
        { "\"\\x\"", "unknown escape", 1, 3 },
        { "\"\\", "unknown escape", 1, 3 },
        { "\"\\u12g4\"", "four hexadecimal digits expected after \\u", 1, 6 },
        { "\"\\ud800\"", "first surrogate without a second", 1, 8 },
        { "\"\\ud800\\u0041\"", "first surrogate without a second", 1, 14 },
        { "\"\\udc00\"", "second surrogate without a first", 1, 8 },
        { "\"\xc0\xaf\"", "not UTF-8", 1, 2 },
        { "\"\xed\xa0\x80\"", "not UTF-8", 1, 2 },
        { "\xef\xbb\xbf[]", "value expected", 1, 1 },
        { "[] []", "text after the value", 1, 4 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pebble_error error = { 0 };
        pebble_document *document = pebble_parse(cases[i].text, strlen(cases[i].text), NULL, &error);
        CHECK(document == NULL);
        pebble_free(document);
        CHECK_TEXT(cases[i].message, error.message);
        CHECK(error.line == cases[i].line);
        CHECK(error.column == cases[i].column);
        if (error.line != cases[i].line || error.column != cases[i].column) {
            fprintf(stderr, "    %s: at %zu:%zu\n", cases[i].text, error.line, error.column);
        }
    }
}

static void limits_depth(void)
{
    char text[2 * PEBBLE_MAX_DEPTH + 3];
    for (size_t depth = PEBBLE_MAX_DEPTH; depth <= PEBBLE_MAX_DEPTH + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        pebble_error error;
        pebble_document *document = pebble_parse(text, 2 * depth, NULL, &error);
        CHECK((document != NULL) == (depth == PEBBLE_MAX_DEPTH));
        if (document == NULL) {
            CHECK_TEXT("nested too deeply", error.message);
        }
        pebble_free(document);
    }
}

static void treats_nul_as_any_other_byte(void)
{
    CHECK(pebble_parse("1\0", 2, NULL, NULL) == NULL);
    CHECK(pebble_parse("\0", 1, NULL, NULL) == NULL);
    CHECK(pebble_parse("\"\0\"", 3, NULL, NULL) == NULL);
}

static void never_reads_past_the_end(void)
{
    static const char text[] = "{\"key\": [true, -1.5e3, \"\\u00e9\\n\xf0\x9f\x98\x80\"], \"n\": null}";
    for (size_t length = 0; length < sizeof text - 1; length++) {
        /* An exact copy, so that a sanitiser sees one byte too many. */
        char copy[sizeof text];
        char *start = copy + sizeof copy - length;
        memcpy(start, text, length);
        CHECK(pebble_parse(start, length, NULL, NULL) == NULL);
    }
}

void parse_tests(void)
{
    accepts_what_json_is();
    refuses_the_rest_and_says_where();
    limits_depth();
    treats_nul_as_any_other_byte();
    never_reads_past_the_end();
}
