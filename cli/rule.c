/* `concadvise rule`: a rule, or all rules and facts, documented from the data. */
#include "base/json_writer.h"
#include "base/suggest.h"
#include "cli/outputs.h"
#include "cli/session.h"

#include <string.h>

struct rule_question {
    const struct rules *rules;
    const char *id; /* NULL: none */
    bool all;
};

static bool write_rules(FILE *stream, enum plain_format format, void *data)
{
    const struct rule_question *question = data;
    if (format == PLAIN_JSON) {
        struct json_writer json;
        json_begin(&json, stream, true);
        rules_write_json(question->rules, &json);
        return json_finish(&json);
    }
    if (question->id)
        rules_document(question->rules, question->id, stream);
    else if (question->all)
        rules_document_all(question->rules, stream);
    else
        for (const char *const *id = rules_ids(question->rules); *id; id++)
            fprintf(stream, "%s\n", *id);
    return !ferror(stream);
}

static bool check_id(struct session *session, const char *id)
{
    const char *const *ids = rules_ids(session->rules);
    for (unsigned i = 0; ids[i]; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    const char *near = suggest(id, ids);
    session_mistake(
        session, near ? arena_printf(&session->arena, "did you mean '%s'?", near) : "'concadvise rule' lists all rules",
        "there is no rule '%s'", id);
    return false;
}

int command_rule(struct session *session)
{
    const string_list *arguments = &session->options.arguments;
    if (arguments->count > 1) {
        session_mistake(session, NULL, "rule wants one ID, not %u", arguments->count);
        return EXIT_MISTAKE;
    }
    if (!session_load_rules(session))
        return EXIT_MISTAKE;
    struct rule_question question = {session->rules, arguments->count ? arguments->items[0] : NULL,
                                     session->options.all};
    if (question.id && !check_id(session, question.id))
        return EXIT_MISTAKE;
    write_outputs(session, write_rules, &question);
    return EXIT_CLEAN;
}
