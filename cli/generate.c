/* `concadvise generate`: the man page and the completions, from the table of options. */
#include "cli/help.h"
#include "cli/session.h"

#include <string.h>

int command_generate(struct session *session)
{
    const string_list *arguments = &session->options.arguments;
    const char *wanted = arguments->count == 1 ? arguments->items[0] : NULL;
    unsigned shell = 0;
    while (completion_shells[shell] && !(wanted && strcmp(completion_shells[shell], wanted) == 0))
        shell++;
    if (wanted && strcmp(wanted, "man") == 0) {
        manual_write(stdout);
    } else if (completion_shells[shell]) {
        completions_write(stdout, shell);
    } else {
        session_mistake(session, NULL, "generate wants one of man, bash, zsh and fish%s%s%s", wanted ? ", not '" : "",
                        wanted ? wanted : "", wanted ? "'" : "");
        return EXIT_MISTAKE;
    }
    session_close_output(session, stdout, NULL);
    return EXIT_CLEAN;
}
