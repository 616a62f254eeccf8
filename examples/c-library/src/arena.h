#ifndef PEBBLE_ARENA_H
#define PEBBLE_ARENA_H

#include "pebble.h"

typedef struct pebble_block pebble_block;

/* Memory that is given back all at once. */
typedef struct {
    pebble_allocator allocator;
    pebble_block *blocks;
} pebble_arena;

/* Aligned for any type; NULL when there is no memory. */
void *pebble_arena_take(pebble_arena *arena, size_t size);
void pebble_arena_release(pebble_arena *arena);

#endif
