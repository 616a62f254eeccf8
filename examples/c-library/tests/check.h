/* A test is a function; a failed CHECK says where and lets the test go on. */
#ifndef CHECK_H
#define CHECK_H

#include "pebble.h"

#include <stdio.h>
#include <string.h>

extern unsigned long checks;
extern unsigned long failures;

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        checks++;                                                                         \
        if (!(condition)) {                                                               \
            failures++;                                                                   \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);       \
        }                                                                                 \
    } while (0)

#define CHECK_TEXT(expected, actual)                                                      \
    do {                                                                                  \
        const char *expected_ = (expected);                                               \
        const char *actual_ = (actual);                                                   \
        checks++;                                                                         \
        if (actual_ == NULL || strcmp(expected_, actual_) != 0) {                         \
            failures++;                                                                   \
            fprintf(stderr, "%s:%d: expected %s\n    but got %s\n", __FILE__, __LINE__,   \
                expected_, actual_ == NULL ? "(nothing)" : actual_);                      \
        }                                                                                 \
    } while (0)

pebble_document *parse(const char *text);

void parse_tests(void);
void value_tests(void);
void write_tests(void);
void utf8_tests(void);
void memory_tests(void);
void random_tests(void);

#endif
