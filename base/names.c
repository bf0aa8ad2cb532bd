/* Names: interned strings, in a hash table with open addressing. */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define FIRST_SLOTS 1024 /* a power of two, as slot_count always is */

/* The slot that holds the string, or the empty one where it would go. */
static uint32_t find_slot(const struct names *names, const char *string, size_t length)
{
    uint32_t mask = names->slot_count - 1;
    uint32_t slot = (uint32_t)XXH3_64bits(string, length) & mask;
    for (; names->slots[slot]; slot = (slot + 1) & mask) {
        name_id name = names->slots[slot] - 1;
        if (names->lengths[name] == length && memcmp(names->strings[name], string, length) == 0)
            break;
    }
    return slot;
}

static uint32_t *slots_new(uint32_t count)
{
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        die_out_of_memory(count * sizeof *slots);
    return slots;
}

static void grow_slots(struct names *names)
{
    free(names->slots);
    names->slot_count *= 2;
    names->slots = slots_new(names->slot_count);
    for (name_id name = 0; name < names->count; name++)
        names->slots[find_slot(names, names->strings[name], names->lengths[name])] = name + 1;
}

static void grow_strings(struct names *names)
{
    names->capacity = names->capacity ? names->capacity * 2 : FIRST_SLOTS / 2;
    names->strings = must_realloc(names->strings, names->capacity * sizeof *names->strings);
    names->lengths = must_realloc(names->lengths, names->capacity * sizeof *names->lengths);
}

void names_init(struct names *names)
{
    *names = (struct names){.slot_count = FIRST_SLOTS, .slots = slots_new(FIRST_SLOTS)};
    arena_init(&names->arena);
    names_add_length(names, "", 0);
}

void names_free(struct names *names)
{
    arena_free(&names->arena);
    free(names->strings);
    free(names->lengths);
    free(names->slots);
    *names = (struct names){0};
}

name_id names_add(struct names *names, const char *string)
{
    return names_add_length(names, string, strlen(string));
}

name_id names_add_length(struct names *names, const char *string, size_t length)
{
    if (length >= UINT32_MAX)
        die_out_of_memory(length);
    uint32_t slot = find_slot(names, string, length);
    if (names->slots[slot])
        return names->slots[slot] - 1;
    if (names->count >= names->slot_count / 2) {
        grow_slots(names);
        slot = find_slot(names, string, length);
    }
    if (names->count == names->capacity)
        grow_strings(names);
    name_id name = names->count++;
    names->strings[name] = arena_strndup(&names->arena, string, length);
    names->lengths[name] = (uint32_t)length;
    names->slots[slot] = name + 1;
    return name;
}

name_id names_find(const struct names *names, const char *string)
{
    uint32_t entry = names->slots[find_slot(names, string, strlen(string))];
    return entry ? entry - 1 : 0;
}

const char *names_string(const struct names *names, name_id name)
{
    return names->strings[name];
}
