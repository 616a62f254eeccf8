#include "check.h"

static void check_written(const char *text, unsigned indent, const char *expected)
{
    char buffer[256];
    pebble_document *document = parse(text);
    CHECK(document != NULL);
    CHECK(pebble_write(pebble_root(document), indent, buffer, sizeof buffer) == strlen(expected));
    CHECK_TEXT(expected, buffer);
    pebble_free(document);
}

static void writes_the_shortest_form(void)
{
    static const char *const pairs[][2] = {
        { " null ", "null" },
        { "[ true , false ]", "[true,false]" },
        { "{ \"a\" : { } , \"b\" : [ ] }", "{\"a\":{},\"b\":[]}" },
        { "0.1", "0.1" },
        { "1.0", "1" },
        { "1e2", "100" },
        { "0.30000000000000004", "0.30000000000000004" },
        { "-0", "-0" },
        { "5e-324", "4.94065645841247e-324" },
        { "1.7976931348623157e308", "1.7976931348623157e+308" },
        { "\"\\u0001\\b\\f\\n\\r\\t\\\\\\/\\\"\"", "\"\\u0001\\b\\f\\n\\r\\t\\\\/\\\"\"" },
        { "\"\\u0000\"", "\"\\u0000\"" },
        { "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        check_written(pairs[i][0], 0, pairs[i][1]);
    }
}

static void indents(void)
{
    check_written("{\"a\":[1,{}],\"b\":[]}", 2, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

static void stays_inside_the_buffer(void)
{
    static const char text[] = "[\"abc\",1]";
    pebble_document *document = parse(text);
    for (size_t size = 0; size <= sizeof text; size++) {
        char buffer[sizeof text + 1];
        memset(buffer, '#', sizeof buffer);
        CHECK(pebble_write(pebble_root(document), 0, buffer, size) == sizeof text - 1);
        CHECK(buffer[size] == '#');
        if (size > 0) {
            size_t kept = size < sizeof text ? size - 1 : sizeof text - 1;
            CHECK(memcmp(buffer, text, kept) == 0);
            CHECK(buffer[kept] == '\0');
        }
    }
    pebble_free(document);
}

static void writes_nothing_as_null(void)
{
    char buffer[8];
    CHECK(pebble_write(NULL, 0, buffer, sizeof buffer) == 4);
    CHECK_TEXT("null", buffer);
}

void write_tests(void)
{
    writes_the_shortest_form();
    indents();
    stays_inside_the_buffer();
    writes_nothing_as_null();
}
