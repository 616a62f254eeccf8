#include "arena.h"
#include "utf8.h"
#include "value.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pebble_document {
    pebble_arena arena;
    const pebble_value *root;
};

typedef struct {
    const char *text;
    size_t length;
    size_t at;
    unsigned depth;
    pebble_arena *arena;
    const char *problem;
} reader;

static const char no_memory[] = "out of memory";

static bool fail(reader *r, const char *problem)
{
    if (r->problem == NULL) {
        r->problem = problem;
    }
    return false;
}

static int peek(const reader *r)
{
    return r->at < r->length ? (unsigned char) r->text[r->at] : -1;
}

static bool skip(reader *r, char expected)
{
    if (peek(r) != expected) {
        return false;
    }
    r->at++;
    return true;
}

static void skip_blanks(reader *r)
{
    while (r->at < r->length && strchr(" \t\r\n", r->text[r->at]) != NULL && r->text[r->at] != '\0') {
        r->at++;
    }
}

static bool read_word(reader *r, const char *word)
{
    size_t length = strlen(word);
    if (r->length - r->at < length || memcmp(r->text + r->at, word, length) != 0) {
        return fail(r, "unknown word");
    }
    r->at += length;
    return true;
}

static size_t skip_digits(reader *r)
{
    size_t start = r->at;
    while (peek(r) >= '0' && peek(r) <= '9') {
        r->at++;
    }
    return r->at - start;
}

/* strtod reads the decimal point of the present locale, JSON's is always a dot. */
static bool convert_number(reader *r, const char *digits, size_t length, double *number)
{
    const char *point = localeconv()->decimal_point;
    size_t pointLength = strlen(point);
    char local[64];
    char *copy = length + pointLength < sizeof local ? local : pebble_arena_take(r->arena, length + pointLength + 1);
    if (copy == NULL) {
        return fail(r, no_memory);
    }
    size_t end = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] == '.') {
            memcpy(copy + end, point, pointLength);
            end += pointLength;
        } else {
            copy[end++] = digits[i];
        }
    }
    copy[end] = '\0';
    *number = strtod(copy, NULL);
    return isfinite(*number) || fail(r, "number too large");
}

static bool read_number(reader *r, pebble_value *value)
{
    size_t start = r->at;
    skip(r, '-');
    if (!skip(r, '0') && skip_digits(r) == 0) {
        return fail(r, "digit expected");
    }
    if (skip(r, '.') && skip_digits(r) == 0) {
        return fail(r, "digit expected after the point");
    }
    if (skip(r, 'e') || skip(r, 'E')) {
        if (!skip(r, '+')) {
            skip(r, '-');
        }
        if (skip_digits(r) == 0) {
            return fail(r, "digit expected in the exponent");
        }
    }
    value->kind = PEBBLE_NUMBER;
    return convert_number(r, r->text + start, r->at - start, &value->as.number);
}

static bool read_hex(reader *r, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        int c = peek(r);
        uint32_t digit;
        if (c >= '0' && c <= '9') {
            digit = (uint32_t) (c - '0');
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f' && c != -1) {
            digit = (uint32_t) ((c | 0x20) - 'a' + 10);
        } else {
            return fail(r, "four hexadecimal digits expected after \\u");
        }
        *unit = *unit << 4 | digit;
    }
    return true;
}

/* After the backslash and the u. Characters above U+FFFF are written as two surrogates. */
static bool read_unicode_escape(reader *r, char *target, size_t *written)
{
    uint32_t point;
    uint32_t low;
    if (!read_hex(r, &point)) {
        return false;
    }
    if (point >= 0xDC00 && point <= 0xDFFF) {
        return fail(r, "second surrogate without a first");
    }
    if (point >= 0xD800 && point <= 0xDBFF) {
        if (!skip(r, '\\') || !skip(r, 'u')) {
            return fail(r, "first surrogate without a second");
        }
        if (!read_hex(r, &low)) {
            return false;
        }
        if (low < 0xDC00 || low > 0xDFFF) {
            return fail(r, "first surrogate without a second");
        }
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    *written += pebble_utf8_encode(point, target + *written);
    return true;
}

static bool read_escape(reader *r, char *target, size_t *written)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    int c = peek(r);
    r->at++;
    if (c == 'u') {
        return read_unicode_escape(r, target, written);
    }
    const char *name = c > 0 ? strchr(names, c) : NULL;
    if (name == NULL) {
        r->at--;
        return fail(r, "unknown escape");
    }
    target[(*written)++] = meanings[name - names];
    return true;
}

/* Where the string that starts at r->at ends, or the end of the text: no decoded string is longer. */
static size_t longest_string(const reader *r)
{
    size_t end = r->at;
    while (end < r->length && r->text[end] != '"') {
        end += r->text[end] == '\\' && end + 1 < r->length ? 2 : 1;
    }
    return end - r->at;
}

static bool read_string(reader *r, pebble_text *text)
{
    if (!skip(r, '"')) {
        return fail(r, "'\"' expected");
    }
    char *target = pebble_arena_take(r->arena, longest_string(r) + 1);
    size_t written = 0;
    if (target == NULL) {
        return fail(r, no_memory);
    }
    while (!skip(r, '"')) {
        int c = peek(r);
        if (c == -1) {
            return fail(r, "string without end");
        }
        if (c < 0x20) {
            return fail(r, "control character in a string");
        }
        if (c == '\\') {
            r->at++;
            if (!read_escape(r, target, &written)) {
                return false;
            }
            continue;
        }
        size_t length = pebble_utf8_length((const unsigned char *) r->text + r->at, r->length - r->at);
        if (length == 0) {
            return fail(r, "not UTF-8");
        }
        memcpy(target + written, r->text + r->at, length);
        written += length;
        r->at += length;
    }
    target[written] = '\0';
    *text = (pebble_text) { target, written };
    return true;
}

static pebble_value *read_value(reader *r);

static pebble_value *read_member(reader *r, bool named)
{
    pebble_text name = { NULL, 0 };
    skip_blanks(r);
    if (named) {
        if (!read_string(r, &name)) {
            return NULL;
        }
        skip_blanks(r);
        if (!skip(r, ':')) {
            fail(r, "':' expected");
            return NULL;
        }
    }
    pebble_value *member = read_value(r);
    if (member != NULL) {
        member->name = name;
    }
    return member;
}

static bool read_members(reader *r, pebble_value *value)
{
    bool named = skip(r, '{');
    char close = named ? '}' : ']';
    if (!named) {
        skip(r, '[');
    }
    value->kind = named ? PEBBLE_OBJECT : PEBBLE_ARRAY;
    value->as.members.first = NULL;
    value->as.members.count = 0;
    skip_blanks(r);
    if (skip(r, close)) {
        return true;
    }
    const pebble_value **last = &value->as.members.first;
    do {
        pebble_value *member = read_member(r, named);
        if (member == NULL) {
            return false;
        }
        *last = member;
        last = &member->next;
        value->as.members.count++;
        skip_blanks(r);
    } while (skip(r, ','));
    return skip(r, close) || fail(r, named ? "',' or '}' expected" : "',' or ']' expected");
}

static bool fill(reader *r, pebble_value *value)
{
    switch (peek(r)) {
    case '{':
    case '[':
        if (r->depth == PEBBLE_MAX_DEPTH) {
            return fail(r, "nested too deeply");
        }
        r->depth++;
        bool complete = read_members(r, value);
        r->depth--;
        return complete;
    case '"':
        value->kind = PEBBLE_STRING;
        return read_string(r, &value->as.string);
    case 't':
    case 'f':
        value->kind = PEBBLE_BOOL;
        value->as.boolean = peek(r) == 't';
        return read_word(r, value->as.boolean ? "true" : "false");
    case 'n':
        return read_word(r, "null");
    default:
        if (peek(r) == '-' || (peek(r) >= '0' && peek(r) <= '9')) {
            return read_number(r, value);
        }
        return fail(r, "value expected");
    }
}

static pebble_value *read_value(reader *r)
{
    skip_blanks(r);
    pebble_value *value = pebble_arena_take(r->arena, sizeof *value);
    if (value == NULL) {
        fail(r, no_memory);
        return NULL;
    }
    *value = (pebble_value) { .kind = PEBBLE_NULL };
    return fill(r, value) ? value : NULL;
}

static void *default_allocate(void *state, size_t size)
{
    (void) state;
    return malloc(size);
}

static void default_release(void *state, void *memory)
{
    (void) state;
    free(memory);
}

static void report(const reader *r, pebble_error *error)
{
    if (error == NULL) {
        return;
    }
    *error = (pebble_error) { .message = r->problem, .offset = r->at, .line = 1, .column = 1 };
    for (size_t i = 0; i < r->at && i < r->length; i++) {
        error->column++;
        if (r->text[i] == '\n') {
            error->line++;
            error->column = 1;
        }
    }
}

pebble_document *pebble_parse(const char *text, size_t length, const pebble_allocator *allocator, pebble_error *error)
{
    pebble_arena arena = { { default_allocate, default_release, NULL }, NULL };
    reader r = { .text = text, .length = length, .arena = &arena };
    if (allocator != NULL) {
        arena.allocator = *allocator;
    }
    pebble_document *document = pebble_arena_take(&arena, sizeof *document);
    if (document == NULL) {
        fail(&r, no_memory);
    } else if ((document->root = read_value(&r)) != NULL) {
        skip_blanks(&r);
        if (r.at < r.length) {
            fail(&r, "text after the value");
        }
    }
    if (r.problem != NULL) {
        report(&r, error);
        pebble_arena_release(&arena);
        return NULL;
    }
    document->arena = arena;
    return document;
}

void pebble_free(pebble_document *document)
{
    if (document != NULL) {
        pebble_arena arena = document->arena; /* a copy: the document lies in its own arena */
        pebble_arena_release(&arena);
    }
}

const pebble_value *pebble_root(const pebble_document *document)
{
    return document == NULL ? NULL : document->root;
}
