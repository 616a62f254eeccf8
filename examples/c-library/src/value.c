#include "value.h"

#include <string.h>

const char *pebble_version(void)
{
    return PEBBLE_VERSION;
}

pebble_kind pebble_kind_of(const pebble_value *value)
{
    return value == NULL ? PEBBLE_NULL : value->kind;
}

bool pebble_bool(const pebble_value *value, bool otherwise)
{
    return pebble_kind_of(value) == PEBBLE_BOOL ? value->as.boolean : otherwise;
}

double pebble_number(const pebble_value *value, double otherwise)
{
    return pebble_kind_of(value) == PEBBLE_NUMBER ? value->as.number : otherwise;
}

static const char *give(pebble_text text, size_t *length)
{
    if (length != NULL) {
        *length = text.length;
    }
    return text.bytes;
}

const char *pebble_string(const pebble_value *value, size_t *length)
{
    pebble_text nothing = { NULL, 0 };
    return give(pebble_kind_of(value) == PEBBLE_STRING ? value->as.string : nothing, length);
}

const char *pebble_name(const pebble_value *value, size_t *length)
{
    pebble_text nothing = { NULL, 0 };
    return give(value == NULL ? nothing : value->name, length);
}

static bool has_members(const pebble_value *value)
{
    pebble_kind kind = pebble_kind_of(value);
    return kind == PEBBLE_ARRAY || kind == PEBBLE_OBJECT;
}

size_t pebble_count(const pebble_value *value)
{
    return has_members(value) ? value->as.members.count : 0;
}

const pebble_value *pebble_first(const pebble_value *value)
{
    return has_members(value) ? value->as.members.first : NULL;
}

const pebble_value *pebble_next(const pebble_value *value)
{
    return value == NULL ? NULL : value->next;
}

const pebble_value *pebble_get(const pebble_value *object, const char *name)
{
    const pebble_value *found = NULL;
    size_t length = strlen(name);
    if (pebble_kind_of(object) != PEBBLE_OBJECT) {
        return NULL;
    }
    for (const pebble_value *member = pebble_first(object); member != NULL; member = member->next) {
        if (member->name.length == length && memcmp(member->name.bytes, name, length) == 0) {
            found = member;
        }
    }
    return found;
}
