/* The functions that a shared object exports: the defined ones of its dynamic symbol table (elf(5)). */
#include "cli/symbols.h"

#include "base/path.h"

#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 30 };

typedef ARRAY(const char *) name_list;

struct file {
    const char *bytes;
    size_t size;
};

/* Is [offset, offset + size) inside the file? */
static bool holds(const struct file *file, uint64_t offset, uint64_t size)
{
    return offset <= file->size && size <= file->size - offset;
}

static bool section_at(const struct file *file, const Elf64_Ehdr *header, uint32_t index, Elf64_Shdr *section)
{
    uint64_t offset = header->e_shoff + (uint64_t)index * sizeof *section;
    if (index >= header->e_shnum || !holds(file, offset, sizeof *section))
        return false;
    memcpy(section, file->bytes + offset, sizeof *section);
    return section->sh_type == SHT_NOBITS || holds(file, section->sh_offset, section->sh_size);
}

static void add_symbols(const struct file *file, const Elf64_Shdr *table, const Elf64_Shdr *strings,
                        struct arena *arena, name_list *list)
{
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table->sh_size; at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        memcpy(&symbol, file->bytes + table->sh_offset + at, sizeof symbol);
        unsigned type = ELF64_ST_TYPE(symbol.st_info);
        if (symbol.st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_GNU_IFUNC) ||
            symbol.st_name >= strings->sh_size)
            continue;
        const char *name = file->bytes + strings->sh_offset + symbol.st_name;
        size_t length = strnlen(name, strings->sh_size - symbol.st_name);
        array_push(list, arena_strndup(arena, name, length));
    }
}

static bool read_elf(const struct file *file, struct arena *arena, name_list *list)
{
    Elf64_Ehdr header;
    bool found = false;
    if (file->size < sizeof header || file->bytes[EI_CLASS] != ELFCLASS64)
        return false;
    memcpy(&header, file->bytes, sizeof header);
    for (uint32_t i = 0; header.e_shentsize == sizeof(Elf64_Shdr) && i < header.e_shnum; i++) {
        Elf64_Shdr table, strings;
        if (!section_at(file, &header, i, &table) || table.sh_type != SHT_DYNSYM ||
            !section_at(file, &header, table.sh_link, &strings))
            continue;
        add_symbols(file, &table, &strings, arena, list);
        found = true;
    }
    return found;
}

/* A name on each line; what follows a name ("crc32@ZLIB_1.2") is left out, and so are comments. False for what is no
 * text. */
static bool read_lines(const struct file *file, struct arena *arena, name_list *list)
{
    if (memchr(file->bytes, '\0', file->size))
        return false;
    for (const char *line = file->bytes; *line; line += *line == '\n') {
        const char *end = line + strcspn(line, "\n"), *name = line + strspn(line, " \t");
        size_t length = 0;
        while (name + length < end && (isalnum((unsigned char)name[length]) || name[length] == '_'))
            length++;
        if (length)
            array_push(list, arena_strndup(arena, name, length));
        line = end;
    }
    return true;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static uint32_t sort_and_unite(name_list *list)
{
    uint32_t kept = 0;
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_strings);
    for (uint32_t i = 0; i < list->count; i++)
        if (!kept || strcmp(list->items[kept - 1], list->items[i]) != 0)
            list->items[kept++] = list->items[i];
    return kept;
}

bool symbols_read(struct session *session, const char *path, const char *const **symbols, uint32_t *count)
{
    name_list list = {0};
    struct file file = {0};
    char *bytes = file_read(path, LARGEST_FILE, &file.size);
    if (!bytes) {
        session_mistake(session, NULL, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    file.bytes = bytes;
    bool elf = file.size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
    bool good = elf ? read_elf(&file, &session->arena, &list) : read_lines(&file, &session->arena, &list);
    if (good) {
        *count = sort_and_unite(&list);
        *symbols = arena_copy(&session->arena, list.items, *count * sizeof *list.items);
    } else {
        session_mistake(session, "give a shared object, or a text file with a name on each line",
                        "%s has no dynamic symbols", path);
    }
    array_free(&list);
    free(bytes);
    return good;
}
