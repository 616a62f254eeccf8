#include "arena.h"

#include <stdalign.h>
#include <stdint.h>

enum { FIRST_BLOCK = 1024, LARGEST_BLOCK = 256 * 1024 };

struct pebble_block {
    pebble_block *below;
    size_t used;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

/* Blocks double, so that a small document costs little and a large one few calls. */
static pebble_block *add_block(pebble_arena *arena, size_t atLeast)
{
    size_t size = arena->blocks == NULL ? FIRST_BLOCK : arena->blocks->size * 2;
    if (size > LARGEST_BLOCK) {
        size = LARGEST_BLOCK;
    }
    if (size < atLeast) {
        size = atLeast;
    }
    pebble_block *block = arena->allocator.allocate(arena->allocator.state, sizeof *block + size);
    if (block != NULL) {
        *block = (pebble_block) { .below = arena->blocks, .size = size };
        arena->blocks = block;
    }
    return block;
}

void *pebble_arena_take(pebble_arena *arena, size_t size)
{
    const size_t alignment = alignof(max_align_t);
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size = (size + alignment - 1) / alignment * alignment;
    pebble_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < size) {
        block = add_block(arena, size);
        if (block == NULL) {
            return NULL;
        }
    }
    void *memory = block->bytes + block->used;
    block->used += size;
    return memory;
}

void pebble_arena_release(pebble_arena *arena)
{
    while (arena->blocks != NULL) {
        pebble_block *block = arena->blocks;
        arena->blocks = block->below;
        arena->allocator.release(arena->allocator.state, block);
    }
}
