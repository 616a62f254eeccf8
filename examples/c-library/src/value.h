#ifndef PEBBLE_VALUE_H
#define PEBBLE_VALUE_H

#include "pebble.h"

typedef struct {
    const char *bytes;
    size_t length;
} pebble_text;

struct pebble_value {
    pebble_kind kind;
    pebble_text name;
    const pebble_value *next;
    union {
        bool boolean;
        double number;
        pebble_text string;
        struct {
            const pebble_value *first;
            size_t count;
        } members;
    } as;
};

#endif
