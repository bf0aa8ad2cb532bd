/* The outputs of commands without an analysis. */
#include "cli/outputs.h"

#include <string.h>

static void write_one(struct session *session, const struct output_request *request, plain_writer *writer, void *data)
{
    const char *format = request->format->name;
    if (strcmp(format, "full") != 0 && strcmp(format, "json") != 0) {
        session_mistake(session, "use full or json", "'%s' has no output format '%s'",
                        commands[session->options.command].name, format);
        return;
    }
    FILE *stream = session_open_output(session, request->file);
    if (!stream)
        return;
    writer(stream, strcmp(format, "json") == 0 ? PLAIN_JSON : PLAIN_FULL, data);
    session_close_output(session, stream, request->file);
}

void write_outputs(struct session *session, plain_writer *writer, void *data)
{
    const struct output_request usual = {report_formats[0], NULL};
    for (uint32_t i = 0; i < session->options.outputs.count; i++)
        write_one(session, &session->options.outputs.items[i], writer, data);
    if (!session->options.outputs.count)
        write_one(session, &usual, writer, data);
}
