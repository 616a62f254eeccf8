#include "check.h"

static void gives_members_in_order(void)
{
    pebble_document *document = parse("{\"a\": [1, 2, 3], \"b\": true, \"a\": \"last\", \"\": {}}");
    const pebble_value *root = pebble_root(document);
    static const char *const names[] = { "a", "b", "a", "" };
    size_t i = 0;
    CHECK(pebble_count(root) == 4);
    for (const pebble_value *member = pebble_first(root); member != NULL; member = pebble_next(member)) {
        CHECK_TEXT(names[i++], pebble_name(member, NULL));
    }
    CHECK(i == 4);
    CHECK_TEXT("last", pebble_string(pebble_get(root, "a"), NULL));
    CHECK(pebble_bool(pebble_get(root, "b"), false));
    CHECK(pebble_kind_of(pebble_get(root, "")) == PEBBLE_OBJECT);
    CHECK(pebble_get(root, "c") == NULL);
    pebble_free(document);
}

static void answers_otherwise_for_another_kind(void)
{
    pebble_document *document = parse("[1, \"1\", null]");
    const pebble_value *number = pebble_first(pebble_root(document));
    const pebble_value *string = pebble_next(number);
    CHECK(pebble_number(number, 7) == 1);
    CHECK(pebble_number(string, 7) == 7);
    CHECK(pebble_string(number, NULL) == NULL);
    CHECK(pebble_bool(number, true));
    CHECK(pebble_kind_of(pebble_next(string)) == PEBBLE_NULL);
    CHECK(pebble_name(number, NULL) == NULL);
    CHECK(pebble_next(pebble_next(string)) == NULL);
    pebble_free(document);
}

static void chains_through_what_is_missing(void)
{
    CHECK(pebble_get(pebble_get(NULL, "a"), "b") == NULL);
    CHECK(pebble_count(NULL) == 0);
    CHECK(pebble_number(pebble_first(NULL), 3) == 3);
    CHECK(pebble_root(NULL) == NULL);
    pebble_free(NULL);
}

static void keeps_nul_inside_strings(void)
{
    pebble_document *document = parse("\"a\\u0000b\"");
    size_t length = 0;
    const char *text = pebble_string(pebble_root(document), &length);
    CHECK(length == 3);
    CHECK(text != NULL && memcmp(text, "a\0b", 4) == 0);
    pebble_free(document);
}

void value_tests(void)
{
    gives_members_in_order();
    answers_otherwise_for_another_kind();
    chains_through_what_is_missing();
    keeps_nul_inside_strings();
    CHECK_TEXT(PEBBLE_VERSION, pebble_version());
}
