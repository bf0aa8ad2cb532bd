/* What the files of knowledge/ share: the loaded tables, and the parsers of the YAML's parts.
 *
 * Ownership: everything hangs on struct knowledge and is freed with it. The parsers take nodes of a tree that may be
 * freed after them, unless it defines shapes: then knowledge keeps it.
 * Errors: a parser that meets a mistake adds a problem with its place and returns false.
 */
#ifndef KNOWLEDGE_INTERNAL_H
#define KNOWLEDGE_INTERNAL_H

#include "base/array.h"
#include "base/names.h"
#include "base/text.h"
#include "base/yaml_tree.h"
#include "knowledge/knowledge.h"

/* The derived entries that are not loaded yet (derived.c). */
struct derived_files;

/* A statement about thread safety. */
struct statement {
    enum thread_safety safety;
    const char *tags;
    const char *since;  /* "glibc 2.17", or NULL */
    const char *source; /* or NULL */
};

/* Names for what arguments are called in a phrase: an entry's own arguments, or the parameters of a shape. */
struct scope {
    const char *const *names;
    const int *indexes; /* which argument each name stands for, -1: none; NULL: the position is the index */
    unsigned count;
};

/* Costs that many functions share, with parameters: "descriptor-read(fd, size)". */
struct shape {
    const struct yaml_tree *tree;
    const struct yaml_node *costs;
    const char *const *parameters;
    unsigned parameter_count;
};

/* What one name stands for; a name may be several of these. */
struct symbol {
    struct api *api;
    const struct statement *attribute; /* what its manual page states */
    const char *review;                /* what reviews.yaml says the entry was checked against, or NULL */
    const struct shape *shape;
    bool is_constant;
    int64_t constant;
    fd_bits variable;
    bool tells_readiness; /* "pollfd.revents": a member of a record, not a symbol */
    bool is_profile;      /* a profile of this name was read, or is being read, or is wrong */
};

/* One rule for names that mean another function: prefix + NAME + suffix → add + NAME, or all of them → means. */
struct alias {
    const char *prefix;
    const char *suffix;
    const char *add;
    const char *means; /* or "" */
};

#define STARTED_WITH 3 /* descriptors that are open when a program starts */

struct knowledge {
    struct arena arena;
    struct names names;
    ARRAY(struct symbol) symbols; /* by name_id */
    ARRAY(const struct api *) entries;
    ARRAY(struct alias) aliases;
    ARRAY(struct profile *) profiles;
    struct expectations expectations;
    fd_bits started_with[STARTED_WITH]; /* what these descriptors lead to */
    ARRAY(struct yaml_tree *) kept_trees;
    enum {
        LOADING_USERS,   /* a second entry of the same name replaces the first */
        LOADING_SHIPPED, /* … is a mistake */
        LOADING_DERIVED  /* … gives way to it */
    } loading;
    struct derived_files *derived; /* NULL: there are none */
};

/* What every parser needs. */
struct parse {
    struct knowledge *knowledge;
    const struct yaml_tree *tree;
    struct problems *problems;
};

/* The symbol of a name, made if needed; good until the next call. */
struct symbol *symbol_add(struct knowledge *knowledge, const char *name);
const struct symbol *symbol_find(const struct knowledge *knowledge, const char *name);

/* The entry or attribute that a name means after the alias rules, or NULL. */
const struct symbol *alias_resolve(const struct knowledge *knowledge, const char *name);

/* Reads a file of one kind. What it defines is added to knowledge; false if anything was wrong. */
typedef bool file_parser(struct parse *parse);
bool load_file(struct knowledge *knowledge, const char *path, file_parser *parser, struct problems *problems);
bool parse_aliases(struct parse *parse);
bool parse_constants(struct parse *parse);
bool parse_attributes(struct parse *parse);
bool parse_api_file(struct parse *parse);
bool parse_profile(struct parse *parse);
bool parse_expectations(struct parse *parse);
bool parse_reviews(struct parse *parse);

/* ---- derived.c: the folder derived/ ---- */

/* Opens the index; a folder without one has no derived entries. */
struct derived_files *derived_files_open(const char *directory, struct problems *problems);
void derived_files_free(struct derived_files *index);

/* Loads the file that has the function, if any has and was not loaded yet; true if it did. */
bool derived_files_load_for(struct knowledge *knowledge, const char *name);
void derived_files_load_all(struct knowledge *knowledge);
struct problems *derived_files_problems(struct derived_files *index); /* NULL: there is no folder */

/* By name, for knowledge_at. */
void sort_entries(struct knowledge *knowledge);

/* ---- names of the vocabulary, NULL-terminated ---- */

extern const char *const fd_kind_names[];
extern const char *const fd_family_names[];
extern const char *const quantity_names[];
extern const char *const quantity_units[];

/* ---- phrases: the small sentences in which costs and effects are written ---- */

struct phrase {
    struct parse *parse;
    const struct yaml_node *node;
    const struct scope *scope;
    const char *at;      /* what comes next */
    const char *word_at; /* where the last word began */
    char word[128];      /* the last word */
};

/* Begins reading a scalar; false if the node is something else. */
bool phrase_begin(struct phrase *phrase, struct parse *parse, const struct scope *scope, const struct yaml_node *node,
                  const char *what);

/* Reads the next word into phrase->word: a name or number, or one of ( ) | * + ,. False at the end. */
bool phrase_next(struct phrase *phrase);

/* Reads the next word only if it is this one. */
bool phrase_accept(struct phrase *phrase, const char *word);
bool phrase_at_end(struct phrase *phrase);

/* Reads a word that must be one of `names`; the number of it, or -1 with a problem. */
int phrase_choice(struct phrase *phrase, const char *what, const char *const *names);

/* Reads the name of an argument; false with a problem if the scope has none such. `*index` may become -1. */
bool phrase_argument(struct phrase *phrase, int *index);

/* Adds a problem at the last word; `candidates` (may be NULL) are searched for the nearest name. Returns false. */
bool phrase_wrong(struct phrase *phrase, const char *const *candidates, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a problem if anything is left. */
bool phrase_finish(struct phrase *phrase);

/* "cmd is F_SETFL and arg has O_NONBLOCK": reads to the end of the conditions. */
bool parse_conditions(struct phrase *phrase, const struct predicate **predicates, unsigned *count);

/* "3 cached-io", "5 us", "5 us ~ 0.5", "1 s * seconds". */
bool parse_duration(struct phrase *phrase, struct duration *duration);

/* "count", "size * nmemb", "strlen(s)", "unknown". */
bool parse_size(struct phrase *phrase, struct size_from *size);

/* "network", "pipe|disk non-blocking", "any blocking". */
bool parse_descriptors(struct phrase *phrase, fd_bits *bits);

/* The costs of an entry: a list of variants, or a map with `cpu` and `wait` that is one variant, or a use of a shape.
 */
#define MOST_VARIANTS 32

bool parse_cost_list(struct parse *parse, const struct scope *scope, const struct yaml_node *list,
                     const struct api_cost_variant **costs, unsigned *count);
bool parse_cost_variant(struct parse *parse, const struct scope *scope, const struct yaml_node *map,
                        struct api_cost_variant *variant);
bool parse_shape_use(struct parse *parse, const struct scope *scope, const struct yaml_node *use,
                     const struct api_cost_variant **costs, unsigned *count);
bool parse_shapes(struct parse *parse, const struct yaml_node *shapes);

/* "MT-Unsafe race:strtok locale", "MT-Safe (since glibc 2.17)": as the manual pages write it. */
bool parse_thread_safety(struct phrase *phrase, struct statement *statement);
void api_set_safety(struct api *api, const struct statement *statement);

bool parse_effect_list(struct parse *parse, const struct scope *scope, const struct yaml_node *list,
                       const struct effect **effects, unsigned *count);

/* Adds an effect in the words that parse_effect_list reads; its conditions are left out. */
void effect_write(struct text *text, const struct api *api, const struct effect *effect);

/* ---- probabilities and amounts, shared by cost.c and likely.c ---- */

/* How likely a condition holds, 0 to 1. */
double predicate_likely(const struct predicate *predicate, const struct api_argument *arguments,
                        unsigned argument_count);

#define FD_STATE_COUNT (FD_KIND_COUNT * 2)

/* The probability of each descriptor kind × state that an argument may have; they sum to 1. Indexed as the bits. */
void descriptor_weights(const struct fd_prior *prior, const struct api_argument *argument,
                        double weights[FD_STATE_COUNT]);

#endif
