/* `concadvise api`: what is known of library functions. */
#include "base/json_writer.h"
#include "base/path.h"
#include "base/suggest.h"
#include "cli/api_modes.h"
#include "cli/api_words.h"
#include "cli/data_directory.h"
#include "cli/outputs.h"
#include "cli/project.h"
#include "report/printer.h"

#include <stdlib.h>
#include <string.h>

enum { INDENT = 4, LABEL = 9 };

struct api_question {
    const struct session *session;
    const struct api *api; /* NULL: all of them */
    const struct profile *profile;
    const char *data; /* the directory that entries' files are named relative to */
};

static bool waits(const struct api *api)
{
    for (unsigned i = 0; i < api->cost_count; i++)
        if (api->costs[i].waits)
            return true;
    return false;
}

/* The expected cost where nothing is known of the arguments. */
static void expected_cost(const struct api_question *question, const struct api *api, struct api_cost *cost)
{
    memset(cost, 0, sizeof *cost);
    struct api_argument *unknown = calloc(api->argument_count + 1, sizeof *unknown);
    if (!unknown)
        die_out_of_memory(sizeof *unknown);
    knowledge_cost(api, question->profile, unknown, api->argument_count, cost);
    free(unknown);
}

/* ---- text ---- */

static void print_line(const struct printer *printer, const char *label, struct text *text)
{
    if (text->length)
        print_wrapped(printer, INDENT, label, LABEL, text_string(text));
    text_clear(text);
}

static void print_expected(const struct printer *printer, const struct api_question *question)
{
    struct api_cost cost;
    struct text text = {0};
    expected_cost(question, question->api, &cost);
    text_add_cost(&text, cost.cpu.median, false);
    text_add(&text, " computing");
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++) {
        if (!(cost.wait[kind].median > 0))
            continue;
        text_add(&text, ", ");
        text_add_cost(&text, cost.wait[kind].median, false);
        text_printf(&text, " waiting for %s", wait_name(kind));
    }
    text_printf(&text, " (arguments not known; profile %s)", question->profile->name);
    print_line(printer, "Costs", &text);
    text_free(&text);
}

static void print_signature(const struct printer *printer, const struct api *api)
{
    struct text text = {0};
    text_printf(&text, "%s(", api->name);
    for (unsigned i = 0; i < api->argument_count; i++)
        text_printf(&text, "%s%s", i ? ", " : "", api->arguments[i]);
    text_add(&text, ")");
    print_tinted(printer, TINT_BOLD, text_string(&text));
    text_clear(&text);
    if (api->header)
        text_printf(&text, "  <%s>", api->header);
    if (api->library)
        text_printf(&text, "  %s", api->library);
    if (api->since)
        text_printf(&text, ", since %s", api->since);
    print_tinted(printer, TINT_DIM, text_string(&text));
    putc('\n', printer->stream);
    text_free(&text);
}

/* Who says so, and where it is written. */
static void add_source(struct text *text, const struct api_question *question, const struct api *api)
{
    if (api->origin == API_UNREVIEWED)
        text_add(text, "unreviewed: nobody has read it up");
    else
        text_add(text, api->source);
    if (api->origin == API_DERIVED)
        text_printf(text, ", confidence %.2f", api->confidence);
    if (api->reviewed)
        text_printf(text, "; checked against %s", api->reviewed);
    text_printf(text, " (%s:%u)", path_relative(question->data, api->file), api->line);
}

static void print_entry(const struct printer *printer, const struct api_question *question)
{
    const struct api *api = question->api;
    struct text text = {0};
    print_signature(printer, api);
    if (api->cost_count && question->profile)
        print_expected(printer, question);
    for (unsigned i = 0; i < api->cost_count; i++) {
        api_add_variant(&text, api, &api->costs[i]);
        print_line(printer, "", &text);
    }
    for (unsigned i = 0; i < api->effect_count; i++) {
        text_add(&text, text.length ? "; " : "");
        api_add_effect(&text, api, &api->effects[i]);
    }
    print_line(printer, "Does", &text);
    api_add_thread_safety(&text, api);
    print_line(printer, "Threads", &text);
    text_add(&text, api->async_form ? api->async_form : "not assessed");
    if (api->async_caveat)
        text_printf(&text, "; %s", api->async_caveat);
    print_line(printer, "Async", &text);
    text_add(&text, api->note ? api->note : "");
    print_line(printer, "Note", &text);
    add_source(&text, question, api);
    print_line(printer, "Source", &text);
    text_free(&text);
}

static void print_list(FILE *stream, const struct api_question *question)
{
    const struct options *options = &question->session->options;
    const struct knowledge *knowledge = question->session->knowledge;
    size_t count = knowledge_count(knowledge), waiting = 0, checked = 0;
    size_t of_origin[] = {[API_UNREVIEWED] = 0, [API_DERIVED] = 0, [API_WRITTEN] = 0};
    for (size_t i = 0; i < count; i++) {
        const struct api *api = knowledge_at(knowledge, i);
        of_origin[api->origin]++;
        waiting += waits(api);
        checked += api->reviewed != NULL;
        if (options->unreviewed ? api->origin == API_UNREVIEWED : options->all)
            fprintf(stream, "%s\n", api->name);
    }
    if (options->unreviewed)
        fprintf(stream, "%zu of %zu entries are unreviewed\n", of_origin[API_UNREVIEWED], count);
    else
        fprintf(stream, "%zu entries, %zu that may wait; %zu written, %zu derived, %zu unreviewed; %zu checked again\n",
                count, waiting, of_origin[API_WRITTEN], of_origin[API_DERIVED], of_origin[API_UNREVIEWED], checked);
}

/* ---- JSON ---- */

static void write_string(struct json_writer *json, const char *key, const char *value)
{
    if (value)
        json_member_string(json, key, value);
}

static void write_cost(struct json_writer *json, const struct api_question *question, const struct api *api)
{
    struct api_cost cost;
    if (!question->profile || !api->cost_count)
        return;
    expected_cost(question, api, &cost);
    json_member_number(json, "cpu_ns", cost.cpu.median);
    json_key(json, "wait_ns");
    json_object_begin(json);
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++) {
        if (!(cost.wait[kind].median > 0))
            continue;
        json_member_number(json, wait_name(kind), cost.wait[kind].median);
    }
    json_object_end(json);
}

static const char *const origin_words[] = {
    [API_UNREVIEWED] = "unreviewed", [API_DERIVED] = "derived", [API_WRITTEN] = "written"};

static void write_entry(struct json_writer *json, const struct api_question *question, const struct api *api)
{
    json_object_begin(json);
    write_string(json, "name", api->name);
    write_string(json, "header", api->header);
    write_string(json, "library", api->library);
    json_member_integer(json, "arguments", api->argument_count);
    json_member_boolean(json, "may_wait", waits(api));
    write_cost(json, question, api);
    json_key(json, "effects");
    json_array_begin(json);
    for (unsigned i = 0; i < api->effect_count; i++)
        json_string(json, api_effect_word(api->effects[i].kind));
    json_array_end(json);
    write_string(json, "thread_safety", api_thread_safety_word(api->thread_safety));
    write_string(json, "thread_safety_tags", api->thread_safety_tags);
    write_string(json, "safe_since", api->safe_since);
    write_string(json, "async_form", api->async_form);
    write_string(json, "async_caveat", api->async_caveat);
    write_string(json, "source", api->source);
    write_string(json, "origin", origin_words[api->origin]);
    json_member_number(json, "confidence", api->confidence);
    write_string(json, "reviewed", api->reviewed);
    json_object_end(json);
}

static bool write_json(FILE *stream, const struct api_question *question)
{
    const struct knowledge *knowledge = question->session->knowledge;
    struct json_writer json;
    json_begin(&json, stream, true);
    json_object_begin(&json);
    write_string(&json, "version", CONCADVISE_VERSION);
    write_string(&json, "profile", question->profile ? question->profile->name : NULL);
    json_key(&json, "entries");
    json_array_begin(&json);
    if (question->api)
        write_entry(&json, question, question->api);
    for (size_t i = 0; !question->api && i < knowledge_count(knowledge); i++)
        if (!question->session->options.unreviewed || knowledge_at(knowledge, i)->origin == API_UNREVIEWED)
            write_entry(&json, question, knowledge_at(knowledge, i));
    json_array_end(&json);
    json_object_end(&json);
    return json_finish(&json);
}

static bool write_api(FILE *stream, enum plain_format format, void *data)
{
    const struct api_question *question = data;
    struct printer printer = {.stream = stream, .width = 100};
    if (format == PLAIN_JSON)
        return write_json(stream, question);
    if (question->api)
        print_entry(&printer, question);
    else
        print_list(stream, question);
    return !ferror(stream);
}

/* ---- the command ---- */

static const char *nearest_entry(struct session *session, const char *name)
{
    size_t count = knowledge_count(session->knowledge);
    const char **names = ARENA_ARRAY(&session->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        names[i] = knowledge_at(session->knowledge, i)->name;
    const char *near = suggest(name, names);
    return near ? arena_printf(&session->arena, "did you mean '%s'?", near)
                : "--api FILE adds entries; 'concadvise api --all' lists them";
}

/* What makes no sense without --derive, or together. */
static bool check_modes(struct session *session)
{
    const struct options *given = &session->options;
    bool narrowed = given->library || given->symbols || given->headers.count || given->prefixes.count;
    if (narrowed && !given->derive)
        session_mistake(session, NULL, "--library, --header, --prefix and --symbols need --derive");
    else if (given->derive && given->missing)
        session_mistake(session, NULL, "--derive and --missing exclude each other");
    else
        return true;
    return false;
}

int command_api(struct session *session)
{
    const string_list *arguments = &session->options.arguments;
    if (!check_modes(session))
        return EXIT_MISTAKE;
    if (session->options.missing)
        return api_missing(session);
    if (session->options.derive)
        return api_derive(session);
    if (arguments->count > 1) {
        session_mistake(session, NULL, "api wants one NAME, not %u", arguments->count);
        return EXIT_MISTAKE;
    }
    if (!session_load_knowledge(session) || !session_check_profile(session))
        return EXIT_MISTAKE;
    project_load_apis(session, ".");
    if (!arguments->count)
        knowledge_load_all(session->knowledge);
    const char *profile = session->options.profile ? session->options.profile : "server-lan";
    struct api_question question = {.session = session,
                                    .profile = knowledge_profile(session->knowledge, profile),
                                    .data = data_root(&session->arena)};
    if (arguments->count) {
        question.api = knowledge_find(session->knowledge, arguments->items[0]);
        if (!question.api) {
            session_mistake(session, nearest_entry(session, arguments->items[0]), "nothing is known of '%s'",
                            arguments->items[0]);
            return EXIT_MISTAKE;
        }
    }
    write_outputs(session, write_api, &question);
    return EXIT_CLEAN;
}
