/* Pebble: a small JSON reader and writer (RFC 8259).
 *
 * A document is read as a whole into an arena and never changes afterwards, so it may be shared between threads.
 * Text from outside is expected to be hostile: depth is limited, UTF-8 is checked, running out of memory is an error
 * like any other, and nothing recurses without a bound. */
#ifndef PEBBLE_H
#define PEBBLE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PEBBLE_VERSION "1.0.0"
#define PEBBLE_MAX_DEPTH 128

#define PEBBLE_API __attribute__((visibility("default")))

typedef struct pebble_document pebble_document;
typedef struct pebble_value pebble_value;

typedef enum {
    PEBBLE_NULL,
    PEBBLE_BOOL,
    PEBBLE_NUMBER,
    PEBBLE_STRING,
    PEBBLE_ARRAY,
    PEBBLE_OBJECT
} pebble_kind;

/* Where reading stopped and why; the message is a constant. Lines and columns (in bytes) count from 1. */
typedef struct {
    const char *message;
    size_t offset;
    size_t line;
    size_t column;
} pebble_error;

/* Where memory comes from. allocate may return NULL. */
typedef struct {
    void *(*allocate)(void *state, size_t size);
    void (*release)(void *state, void *memory);
    void *state;
} pebble_allocator;

PEBBLE_API const char *pebble_version(void);

/* Returns NULL and fills *error (if not NULL) when the text is not one JSON value. allocator NULL: malloc and free.
 * The text is not needed after the call. Free the document with pebble_free. */
PEBBLE_API pebble_document *pebble_parse(const char *text, size_t length, const pebble_allocator *allocator, pebble_error *error);
PEBBLE_API void pebble_free(pebble_document *document);
PEBBLE_API const pebble_value *pebble_root(const pebble_document *document);

/* Values live as long as their document. Every function below takes NULL for a value and answers like for null, so that
 * look-ups can be chained. */
PEBBLE_API pebble_kind pebble_kind_of(const pebble_value *value);
PEBBLE_API bool pebble_bool(const pebble_value *value, bool otherwise);
PEBBLE_API double pebble_number(const pebble_value *value, double otherwise);

/* The text ends with a NUL that length does not count; the text itself may contain NULs. NULL if it is no string. */
PEBBLE_API const char *pebble_string(const pebble_value *value, size_t *length);

/* Members of an array or object: how many, the first, the one after. */
PEBBLE_API size_t pebble_count(const pebble_value *value);
PEBBLE_API const pebble_value *pebble_first(const pebble_value *value);
PEBBLE_API const pebble_value *pebble_next(const pebble_value *value);

/* The name of a member of an object, NULL for anything else. */
PEBBLE_API const char *pebble_name(const pebble_value *value, size_t *length);

/* The member with that name (if there are several, the last), or NULL. Takes time in proportion to the members. */
PEBBLE_API const pebble_value *pebble_get(const pebble_value *object, const char *name);

/* Writes like snprintf: at most size bytes including a final NUL; returns the length the whole text has without the NUL.
 * indent 0 writes one line. */
PEBBLE_API size_t pebble_write(const pebble_value *value, unsigned indent, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
