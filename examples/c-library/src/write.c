#include "value.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *buffer;
    size_t size;
    size_t length;
    unsigned indent;
} writer;

static void put(writer *w, const char *bytes, size_t count)
{
    if (w->length < w->size) {
        size_t room = w->size - w->length;
        memcpy(w->buffer + w->length, bytes, count < room ? count : room);
    }
    w->length += count;
}

static void put_text(writer *w, const char *text)
{
    put(w, text, strlen(text));
}

static void put_string(writer *w, pebble_text text)
{
    put(w, "\"", 1);
    for (size_t i = 0; i < text.length; i++) {
        static const char special[] = "\"\\\b\f\n\r\t";
        static const char names[] = "\"\\bfnrt";
        char c = text.bytes[i];
        const char *found = c == '\0' ? NULL : strchr(special, c);
        if (found != NULL) {
            char escape[2] = { '\\', names[found - special] };
            put(w, escape, 2);
        } else if ((unsigned char) c < 0x20) {
            char escape[8];
            put(w, escape, (size_t) snprintf(escape, sizeof escape, "\\u%04x", (unsigned) c));
        } else {
            put(w, &c, 1);
        }
    }
    put(w, "\"", 1);
}

/* 15 significant digits, or 16 or 17 where fewer would not read back as the same number. */
static void put_number(writer *w, double number)
{
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) {
            break;
        }
    }
    const char *point = localeconv()->decimal_point;
    char *found = strstr(digits, point);
    if (found == NULL) {
        put_text(w, digits);
    } else {
        put(w, digits, (size_t) (found - digits));
        put(w, ".", 1);
        put_text(w, found + strlen(point));
    }
}

static void put_line(writer *w, unsigned depth)
{
    if (w->indent > 0) {
        put(w, "\n", 1);
        for (unsigned i = 0; i < depth * w->indent; i++) {
            put(w, " ", 1);
        }
    }
}

/* Recursion is bounded: no document is deeper than PEBBLE_MAX_DEPTH. */
static void put_value(writer *w, const pebble_value *value, unsigned depth)
{
    bool named = false;
    switch (pebble_kind_of(value)) {
    case PEBBLE_NULL:
        put_text(w, "null");
        return;
    case PEBBLE_BOOL:
        put_text(w, value->as.boolean ? "true" : "false");
        return;
    case PEBBLE_NUMBER:
        put_number(w, value->as.number);
        return;
    case PEBBLE_STRING:
        put_string(w, value->as.string);
        return;
    case PEBBLE_OBJECT:
        named = true;
        break;
    case PEBBLE_ARRAY:
        break;
    }
    put(w, named ? "{" : "[", 1);
    for (const pebble_value *member = pebble_first(value); member != NULL; member = pebble_next(member)) {
        put_line(w, depth + 1);
        if (named) {
            put_string(w, member->name);
            put(w, ": ", w->indent > 0 ? 2 : 1);
        }
        put_value(w, member, depth + 1);
        if (pebble_next(member) != NULL) {
            put(w, ",", 1);
        }
    }
    if (pebble_count(value) > 0) {
        put_line(w, depth);
    }
    put(w, named ? "}" : "]", 1);
}

size_t pebble_write(const pebble_value *value, unsigned indent, char *buffer, size_t size)
{
    writer w = { .buffer = buffer, .size = size, .indent = indent };
    put_value(&w, value, 0);
    if (size > 0) {
        buffer[w.length < size ? w.length : size - 1] = '\0';
    }
    return w.length;
}
