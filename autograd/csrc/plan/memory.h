/* Memory of the planner and of run/wide.c: growing arrays, a map from 64-bit keys to ints, and a single error exit.

   Every failure (memory, a signal, a malformed tape) sets a Python error and jumps to the beginning of `plan`, which
   frees all blocks listed in the Arena. */

#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>


enum { NOWHERE = INT32_MIN, MOST = 1 << 28 };

typedef struct block Block;
struct block {
    void *memory;
    Block *previous, *next;
};

typedef struct {
    jmp_buf failed;
    Block *blocks;
    uint32_t ticks;
} Arena;

/* An array: `items` of `room`, `count` of them used. */
#define ARRAY(TYPE) struct { Block block; TYPE *items; size_t count, room; }

typedef ARRAY(int32_t) Ints;

#if defined(__GNUC__)
__attribute__((noreturn))
#endif
static void
fail(Arena *arena)
{
    longjmp(arena->failed, 1);
}

/* Handle signals such as Ctrl-C from time to time. */
static inline void
tick(Arena *arena)
{
    if ((++arena->ticks & 0x3fff) == 0 && PyErr_CheckSignals() < 0) {
        fail(arena);
    }
}

/* Make room for an array's items and list its block. */
static void *
resized(Arena *arena, Block *block, size_t count, size_t size)
{
    void *memory = count <= PY_SSIZE_T_MAX / size ? PyMem_Realloc(block->memory, count > 0 ? count * size : 1) : NULL;
    if (memory == NULL) {
        PyErr_NoMemory();
        fail(arena);
    }
    if (block->memory == NULL) {
        block->previous = NULL;
        block->next = arena->blocks;
        if (arena->blocks != NULL) {
            arena->blocks->previous = block;
        }
        arena->blocks = block;
    }
    block->memory = memory;
    return memory;
}

static void
released(Arena *arena, Block *block)
{
    if (block->memory == NULL) {
        return;
    }
    if (block->previous != NULL) {
        block->previous->next = block->next;
    }
    else {
        arena->blocks = block->next;
    }
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    PyMem_Free(block->memory);
    block->memory = NULL;
}

static void
release_all(Arena *arena)
{
    while (arena->blocks != NULL) {
        released(arena, arena->blocks);
    }
}

#define RESERVE(ARENA, ARRAY, ROOM) \
    ((ARRAY)->items = resized(ARENA, &(ARRAY)->block, ROOM, sizeof *(ARRAY)->items), (ARRAY)->room = (ROOM))

/* Return a place for one more item. */
#define ADDED(ARENA, ARRAY) \
    ((ARRAY)->count == (ARRAY)->room ? (void)RESERVE(ARENA, ARRAY, 2 * (ARRAY)->room + 64) : (void)0, \
     &(ARRAY)->items[(ARRAY)->count++])

#define ZEROED(ARENA, ARRAY, COUNT) \
    (RESERVE(ARENA, ARRAY, COUNT), (ARRAY)->count = (COUNT), \
     (void)memset((ARRAY)->items, 0, (COUNT) * sizeof *(ARRAY)->items))

#define RELEASE(ARENA, ARRAY) (released(ARENA, &(ARRAY)->block), (ARRAY)->items = NULL, (ARRAY)->count = (ARRAY)->room = 0)

static inline int32_t
push(Arena *arena, Ints *ints, int32_t x)
{
    *ADDED(arena, ints) = x;
    return (int32_t)ints->count - 1;
}


/* A map from 64-bit keys to non-negative ints: open addressing, with a power of 2 of places, half of them free */

typedef struct {
    uint64_t key;
    int32_t value; /* -1 if free */
} Place;

typedef struct {
    ARRAY(Place) places;
    size_t used;
} Map;

static inline uint64_t
mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static void
map_grow(Arena *arena, Map *map)
{
    Map larger = {0};
    size_t room = map->places.room > 0 ? 2 * map->places.room : 64;
    Place *to = resized(arena, &larger.places.block, room, sizeof(Place));
    for (size_t i = 0; i < room; i++) {
        to[i].value = -1;
    }
    for (size_t i = 0; i < map->places.room; i++) {
        const Place *from = &map->places.items[i];
        if (from->value >= 0) {
            size_t j = mixed(from->key) & (room - 1);
            while (to[j].value >= 0) {
                j = (j + 1) & (room - 1);
            }
            to[j] = *from;
        }
    }
    /* The block on the stack must not remain listed: its memory moves to the map's own. */
    void *memory = larger.places.block.memory;
    larger.places.block.memory = NULL;
    arena->blocks = larger.places.block.next;
    if (arena->blocks != NULL) {
        arena->blocks->previous = NULL;
    }
    RELEASE(arena, &map->places);
    map->places.block = (Block){memory, NULL, arena->blocks};
    if (arena->blocks != NULL) {
        arena->blocks->previous = &map->places.block;
    }
    arena->blocks = &map->places.block;
    map->places.items = memory;
    map->places.room = room;
}

/* Return the value of a key; for a new key -1, to be set by the caller. */
static inline int32_t *
map_at(Arena *arena, Map *map, uint64_t key)
{
    if (2 * (map->used + 1) > map->places.room) {
        map_grow(arena, map);
    }
    size_t mask = map->places.room - 1, i = mixed(key) & mask;
    while (map->places.items[i].value >= 0 && map->places.items[i].key != key) {
        i = (i + 1) & mask;
    }
    Place *place = &map->places.items[i];
    if (place->value < 0) {
        place->key = key;
        map->used++;
    }
    return &place->value;
}

static inline uint64_t
bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}
