/* Functions by their addresses, from the debug information. */
#include "cli/observe_symbols.h"

#include "base/path.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

void symbols_init(struct symbols *symbols)
{
    *symbols = (struct symbols){0};
    arena_init(&symbols->arena);
}

void symbols_free(struct symbols *symbols)
{
    for (uint32_t i = 0; i < symbols->modules.count; i++)
        array_free(&symbols->modules.items[i].symbols);
    array_free(&symbols->modules);
    arena_free(&symbols->arena);
}

struct collection {
    struct symbols *symbols;
    struct symbol_module *module;
    Dwarf_Die unit;
    const char *directory; /* that the compiler ran in, or NULL */
};

/* The file of a function's declaration. DWARF 5 counts files from 0, the unit's own; libdw up to 0.188 takes 0 for
 * none. */
static const char *declared_in(Dwarf_Die *function, Dwarf_Die *unit)
{
    const char *file = dwarf_decl_file(function);
    Dwarf_Attribute attribute;
    Dwarf_Word number;
    if (file || dwarf_formudata(dwarf_attr_integrate(function, DW_AT_decl_file, &attribute), &number) != 0 ||
        number != 0)
        return file;
    return dwarf_diename(unit);
}

/* Bodies alone have an address; inlined copies and declarations have none. */
static int add_function(Dwarf_Die *die, void *data)
{
    struct collection *collection = data;
    Dwarf_Addr address;
    int line = 0;
    const char *name = dwarf_diename(die), *file = declared_in(die, &collection->unit);
    if (!name || !file || dwarf_entrypc(die, &address) != 0)
        return DWARF_CB_OK;
    dwarf_decl_line(die, &line);
    struct arena *arena = &collection->symbols->arena;
    struct symbol symbol = {address, arena_strdup(arena, name), NULL, line > 0 ? (unsigned)line : 0};
    symbol.file = path_join(arena, collection->directory ? collection->directory : "/", file);
    array_push(&collection->module->symbols, symbol);
    return DWARF_CB_OK;
}

static int compare(const void *left, const void *right)
{
    const struct symbol *a = left, *b = right;
    return (a->address > b->address) - (a->address < b->address);
}

static void collect(struct collection *collection, Dwfl_Module *module)
{
    Dwarf_Addr bias;
    Dwarf *dwarf = dwfl_module_getdwarf(module, &bias);
    Dwarf_Off offset = 0, next;
    size_t header;
    while (dwarf && dwarf_nextcu(dwarf, offset, &next, &header, NULL, NULL, NULL) == 0) {
        Dwarf_Attribute attribute;
        if (dwarf_offdie(dwarf, offset + header, &collection->unit)) {
            collection->directory = dwarf_formstring(dwarf_attr(&collection->unit, DW_AT_comp_dir, &attribute));
            dwarf_getfuncs(&collection->unit, add_function, collection, 0);
        }
        offset = next;
    }
    if (collection->module->symbols.count)
        qsort(collection->module->symbols.items, collection->module->symbols.count, sizeof(struct symbol), compare);
}

/* Debug information of its own file is found by build id and debug link, on this machine only. */
static void read_module(struct symbols *symbols, struct symbol_module *module)
{
    char *searched = NULL;
    const Dwfl_Callbacks callbacks = {.find_debuginfo = dwfl_standard_find_debuginfo,
                                      .section_address = dwfl_offline_section_address,
                                      .debuginfo_path = &searched};
    unsetenv("DEBUGINFOD_URLS");
    Dwfl *session = dwfl_begin(&callbacks);
    if (!session)
        return;
    Dwfl_Module *file = dwfl_report_offline(session, module->path, module->path, -1);
    dwfl_report_end(session, NULL, NULL);
    struct collection collection = {.symbols = symbols, .module = module};
    if (file)
        collect(&collection, file);
    dwfl_end(session);
}

const struct symbol_module *symbols_of(struct symbols *symbols, const char *path)
{
    for (uint32_t i = 0; i < symbols->modules.count; i++)
        if (strcmp(symbols->modules.items[i].path, path) == 0)
            return &symbols->modules.items[i];
    array_push(&symbols->modules, (struct symbol_module){.path = arena_strdup(&symbols->arena, path)});
    struct symbol_module *module = array_last(&symbols->modules);
    read_module(symbols, module);
    return module;
}

const struct symbol *symbols_find(const struct symbol_module *module, uint64_t address)
{
    const struct symbol wanted = {.address = address};
    if (!module->symbols.count)
        return NULL;
    return bsearch(&wanted, module->symbols.items, module->symbols.count, sizeof wanted, compare);
}
