#include "check.h"

#include <stdlib.h>

typedef struct {
    unsigned allowed;
    unsigned taken;
    unsigned released;
} budget;

static void *take(void *state, size_t size)
{
    budget *b = state;
    if (b->taken == b->allowed) {
        return NULL;
    }
    b->taken++;
    return malloc(size);
}

static void give_back(void *state, void *memory)
{
    budget *b = state;
    b->released++;
    free(memory);
}

static char *long_text(size_t members, size_t *length)
{
    static const char member[] = "{\"name\": \"a string that needs some room\", \"value\": 12345.678},";
    char *text = malloc(members * (sizeof member - 1) + 4);
    if (text != NULL) {
        char *end = text;
        *end++ = '[';
        for (size_t i = 0; i < members; i++) {
            memcpy(end, member, sizeof member - 1);
            end += sizeof member - 1;
        }
        *end++ = '0';
        *end++ = ']';
        *length = (size_t) (end - text);
    }
    return text;
}

/* Fails the first allocation, then the second, and so on until reading succeeds. */
static void running_out_of_memory_is_an_error_and_no_leak(void)
{
    size_t length = 0;
    char *text = long_text(2000, &length);
    bool complete = false;
    for (unsigned allowed = 0; !complete && allowed < 100; allowed++) {
        budget b = { .allowed = allowed };
        pebble_allocator allocator = { take, give_back, &b };
        pebble_error error = { 0 };
        pebble_document *document = pebble_parse(text, length, &allocator, &error);
        complete = document != NULL;
        if (complete) {
            CHECK(pebble_count(pebble_root(document)) == 2001);
        } else {
            CHECK_TEXT("out of memory", error.message);
        }
        pebble_free(document);
        CHECK(b.taken == b.released);
    }
    CHECK(complete);
    free(text);
}

static void a_large_document_takes_few_blocks(void)
{
    size_t length = 0;
    char *text = long_text(20000, &length);
    budget b = { .allowed = 1000 };
    pebble_allocator allocator = { take, give_back, &b };
    pebble_document *document = pebble_parse(text, length, &allocator, NULL);
    CHECK(document != NULL);
    CHECK(b.taken < 100);
    pebble_free(document);
    free(text);
}

void memory_tests(void)
{
    running_out_of_memory_is_an_error_and_no_leak();
    a_large_document_takes_few_blocks();
}
