#include "check.h"

#include <stdint.h>
#include <stdlib.h>

static uint64_t state = UINT64_C(0x9E3779B97F4A7C15);

/* xorshift64: the same numbers in each run, so that a failure can be repeated. */
static uint32_t below(uint32_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t) (state >> 33) % limit;
}

typedef struct {
    char text[4096];
    size_t length;
} builder;

static void add(builder *b, const char *piece)
{
    size_t length = strlen(piece);
    memcpy(b->text + b->length, piece, length + 1);
    b->length += length;
}

static void add_value(builder *b, unsigned depth)
{
    static const char *const leaves[] = {
        "null", "true", "false", "0", "-1.25", "1e+21", "0.1", "\"\"", "\"x\\ny\"", "\"\xc3\xa9\\u0007\"", "123456789",
    };
    uint32_t choice = below(depth < 5 && b->length < 2000 ? 5 : 3);
    if (choice < 3) {
        add(b, leaves[below(sizeof leaves / sizeof leaves[0])]);
        return;
    }
    uint32_t count = below(4);
    add(b, choice == 3 ? "[" : "{");
    for (uint32_t i = 0; i < count; i++) {
        add(b, i == 0 ? "" : ",");
        if (choice == 4) {
            char name[16];
            snprintf(name, sizeof name, "\"k%u\":", (unsigned) below(100));
            add(b, name);
        }
        add_value(b, depth + 1);
    }
    add(b, choice == 3 ? "]" : "}");
}

/* What was written, indented or not, reads back and is written the same. */
static void check_round_trip(const builder *b)
{
    static char first[16384];
    static char second[16384];
    pebble_document *document = pebble_parse(b->text, b->length, NULL, NULL);
    CHECK(document != NULL);
    pebble_write(pebble_root(document), 0, first, sizeof first);
    pebble_write(pebble_root(document), 3, second, sizeof second);
    pebble_free(document);
    document = parse(second);
    CHECK(document != NULL);
    pebble_write(pebble_root(document), 0, second, sizeof second);
    pebble_free(document);
    CHECK_TEXT(first, second);
}

/* Damaged text is refused or read, but never harms. */
static void damage(builder *b)
{
    for (int i = 0; i < 20; i++) {
        builder copy = *b;
        copy.text[below((uint32_t) copy.length)] = (char) below(256);
        pebble_error error = { 0 };
        pebble_document *document = pebble_parse(copy.text, copy.length, NULL, &error);
        CHECK((document == NULL) == (error.message != NULL));
        CHECK(error.offset <= copy.length);
        pebble_free(document);
    }
}

void random_tests(void)
{
    for (int i = 0; i < 3000; i++) {
        builder b = { .length = 0 };
        add_value(&b, 0);
        check_round_trip(&b);
        damage(&b);
    }
}
