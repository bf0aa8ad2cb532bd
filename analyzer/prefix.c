/* Planning which units share a precompiled first header. */
#include "analyzer/prefix.h"

#include "analyzer/include_lines.h"
#include "base/names.h"
#include "base/path.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Compiling and loading a header costs about as much as reading it twice. */
enum { SMALLEST_GROUP = 3 };

struct planner {
    struct prefix_plan *plan;
    const struct unit_list *list;
    struct names keys;                     /* what units must have in common to share a header */
    ARRAY(struct prefix_group) candidates; /* by name_id of keys */
};

static const char *existing(struct arena *arena, const char *directory, const char *spelling)
{
    const char *path = path_join(arena, directory, spelling);
    return access(path, R_OK) == 0 ? path : NULL;
}

/* The directory in which the compiler finds a header of the tree; NULL: among the system's. */
static const char *find_header(struct arena *arena, const struct translation_unit *unit,
                               const struct include_line *line)
{
    const char *beside = path_directory(arena, unit->path);
    if (line->quoted && existing(arena, beside, line->spelling))
        return beside;
    for (unsigned pass = line->quoted ? 0 : 1; pass < 2; pass++) {
        const char *flag = pass == 0 ? "-iquote" : "-I";
        for (unsigned i = 0; i < unit->flag_count; i++)
            if (string_starts_with(unit->flags[i], flag) &&
                existing(arena, unit->flags[i] + strlen(flag), line->spelling))
                return unit->flags[i] + strlen(flag);
    }
    return NULL;
}

/* The group of units that begin like this one. */
static int32_t candidate_for(struct planner *planner, const struct translation_unit *unit,
                             const struct include_line *line)
{
    struct arena *arena = &planner->plan->arena;
    const char *directory = find_header(arena, unit, line);
    if (!directory)
        return -1; /* a system header alone is read as fast as it is loaded */
    const char *text = arena_printf(arena, line->quoted ? "#include \"%s\"\n" : "#include <%s>\n", line->spelling);
    name_id id = names_add(&planner->keys, arena_printf(arena, "%p %s %s", (const void *)unit->flags, directory, text));
    while (planner->candidates.count <= id)
        array_push(&planner->candidates, (struct prefix_group){0});
    struct prefix_group *group = &planner->candidates.items[id];
    if (!group->members) {
        group->text = text;
        group->unit = *unit;
        group->unit.path = path_join(arena, directory, ".concadvise-prefix.h");
        /* Not the header's own name: nothing in the header is in this unit's own file. */
        const char *header = path_relative(planner->list->root, path_join(arena, directory, line->spelling));
        group->unit.name = arena_printf(arena, "%s (shared)", header);
    }
    group->members++;
    return (int32_t)id;
}

/* Keeps the groups that are large enough, in the order of the list. */
static void choose_groups(struct planner *planner)
{
    struct prefix_plan *plan = planner->plan;
    int32_t *chosen = ARENA_ARRAY(&plan->arena, int32_t, planner->candidates.count + 1);
    for (uint32_t i = 0; i < planner->list->count; i++) {
        int32_t candidate = plan->group_of[i];
        if (candidate < 0)
            continue;
        const struct prefix_group *group = &planner->candidates.items[candidate];
        if (group->members < SMALLEST_GROUP) {
            plan->group_of[i] = -1;
            continue;
        }
        if (!chosen[candidate]) {
            array_push(&plan->groups, *group);
            chosen[candidate] = (int32_t)plan->groups.count;
        }
        plan->group_of[i] = chosen[candidate] - 1;
    }
}

static void forget_groups(struct prefix_plan *plan, uint32_t unit_count)
{
    plan->groups.count = 0;
    for (uint32_t i = 0; i < unit_count; i++)
        plan->group_of[i] = -1;
}

/* A directory of our own for the precompiled files. */
static void make_directory(struct prefix_plan *plan, uint32_t unit_count, struct problems *problems)
{
    const char *parent = getenv("TMPDIR");
    char *directory = path_join(&plan->arena, parent && *parent ? parent : "/tmp", "concadvise-XXXXXX");
    if (!mkdtemp(directory)) {
        problems_add(problems, SEVERITY_NOTE, (struct place){.file = parent}, "set TMPDIR to a directory with room",
                     "headers are not shared between files, which takes longer: %s", strerror(errno));
        forget_groups(plan, unit_count);
        return;
    }
    plan->directory = directory;
    for (uint32_t i = 0; i < plan->groups.count; i++) {
        plan->groups.items[i].precompiled = arena_printf(&plan->arena, "%s/%u.pch", directory, i);
        plan->groups.items[i].unfinished = plan->groups.items[i].members;
    }
}

void prefix_plan_make(struct prefix_plan *plan, const struct unit_list *list, bool share, struct problems *problems)
{
    *plan = (struct prefix_plan){0};
    arena_init(&plan->arena);
    plan->group_of = ARENA_ARRAY(&plan->arena, int32_t, list->count);
    struct planner planner = {.plan = plan, .list = list};
    names_init(&planner.keys);
    for (uint32_t i = 0; i < list->count; i++) {
        struct include_line line;
        bool found = share && first_include_read(&line, &plan->arena, list->units[i].path);
        plan->group_of[i] = found ? candidate_for(&planner, &list->units[i], &line) : -1;
    }
    choose_groups(&planner);
    names_free(&planner.keys);
    array_free(&planner.candidates);
    if (plan->groups.count)
        make_directory(plan, list->count, problems);
}

void prefix_group_remove(struct prefix_group *group)
{
    if (group->precompiled)
        unlink(group->precompiled);
}

/* A worker that was killed while it wrote leaves a file with a name of its own. */
static void remove_directory(const char *directory)
{
    DIR *stream = opendir(directory);
    if (!stream)
        return;
    int fd = dirfd(stream);
    for (const struct dirent *entry; fd >= 0 && (entry = readdir(stream));)
        unlinkat(fd, entry->d_name, 0);
    closedir(stream);
    rmdir(directory);
}

void prefix_plan_free(struct prefix_plan *plan)
{
    if (plan->directory)
        remove_directory(plan->directory);
    array_free(&plan->groups);
    arena_free(&plan->arena);
}
