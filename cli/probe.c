/* `concadvise probe`: runs a program of probes, the built-in ones or the user's own, or packs it into one file.
 *
 * The probes are programs of their own: what they link with is not in concadvise. They read the options themselves.
 */
#include "base/path.h"
#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char builtin[] = "concprobe-builtin", bundler[] = "concprobe-bundle";

typedef ARRAY(char *) argument_list;

/* What is asked for. */
struct request {
    const char *program; /* the program of probes */
    const char *name;    /* of a probe; NULL: not given */
};

/* A program that is installed beside this one. */
static const char *own_program(struct session *session, const char *name)
{
    const char *self = path_real(&session->arena, "/proc/self/exe");
    const char *directory = self ? path_directory(&session->arena, self) : ".";
    const char *path = path_join(&session->arena, directory,
                                 arena_printf(&session->arena, "../%s/concadvise/%s", CONCADVISE_LIBEXECDIR, name));
    if (access(path, X_OK) == 0)
        return path;
    session_mistake(session, "install concadvise again", "the program %s is missing", path);
    return NULL;
}

/* NAME, or PROGRAM [NAME], where PROGRAM has a slash. */
static bool read_request(struct session *session, struct request *request)
{
    const string_list *given = &session->options.arguments;
    const bool own = given->count > 0 && strchr(given->items[0], '/');
    const uint32_t names = own ? 1 : 0;
    if (given->count > names + 1) {
        session_mistake(session, NULL, "one probe at a time: '%s' is one too many", given->items[names + 1]);
        return false;
    }
    request->name = given->count > names ? given->items[names] : NULL;
    request->program = own ? given->items[0] : own_program(session, builtin);
    if (!own && !request->name && !session->options.list) {
        session_mistake(session, "'concadvise probe --list' lists the built-in ones",
                        "probe wants the NAME of a probe, or a program of yours, as in ./my_probe");
        return false;
    }
    return request->program != NULL;
}

static void add(struct session *session, argument_list *list, const char *argument)
{
    if (argument)
        array_push(list, arena_strdup(&session->arena, argument));
}

static void add_option(struct session *session, argument_list *list, const char *name, const char *value)
{
    if (value)
        array_push(list, arena_printf(&session->arena, "--%s=%s", name, value));
}

/* Says what went wrong when a program was started, and returns the exit code. */
static int cannot_run(struct session *session, const char *program, int reason)
{
    session_mistake(session,
                    reason == ENOEXEC ? "a program of probes ends in concprobe_main; see docs/probes.md" : NULL,
                    "cannot run %s: %s", program, strerror(reason));
    return EXIT_MISTAKE;
}

/* Becomes the program. Returns only where it cannot. */
static int become(struct session *session, argument_list *arguments)
{
    array_push(arguments, NULL);
    signal(SIGPIPE, SIG_DFL); /* which this process ignores, and what it starts must not */
    execv(arguments->items[0], arguments->items);
    int status = cannot_run(session, arguments->items[0], errno);
    array_free(arguments);
    return status;
}

static int run_probe(struct session *session, const struct request *request)
{
    const struct options *options = &session->options;
    argument_list arguments = {0};
    add(session, &arguments, request->program);
    if (options->list)
        add(session, &arguments, "--list");
    for (uint32_t i = 0; i < options->models.count; i++)
        add_option(session, &arguments, "model", options->models.items[i]);
    add_option(session, &arguments, "concurrency", options->levels);
    add_option(session, &arguments, "budget", options->budget);
    add_option(session, &arguments, "block", options->block);
    add_option(session, &arguments, "restarts", options->restarts);
    add_option(session, &arguments, "seed", options->seed);
    add_option(session, &arguments, "lock", options->lock);
    add_option(session, &arguments, "output-format", options->probe_format);
    add(session, &arguments, request->name);
    return become(session, &arguments);
}

/* The program knows the probe that was named: 0, else an exit code after its message. */
static int check_name(struct session *session, const struct request *request)
{
    pid_t child;
    int status = 0;
    char *program = arena_strdup(&session->arena, request->program);
    char *name = request->name ? arena_strdup(&session->arena, request->name) : NULL;
    char list[] = "--list";
    char *const arguments[] = {program, list, name, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawn(&child, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return cannot_run(session, program, failed);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_MISTAKE;
}

static int make_bundle(struct session *session, const struct request *request)
{
    const char *packer = own_program(session, bundler);
    if (!session->options.output) {
        session_mistake(session, "as in: concadvise probe --bundle http-get -o http-get.probe",
                        "--bundle wants the file to write: -o FILE");
        return EXIT_MISTAKE;
    }
    int failed = packer ? check_name(session, request) : EXIT_MISTAKE;
    if (failed)
        return failed;
    argument_list arguments = {0};
    add(session, &arguments, packer);
    add(session, &arguments, "--pack");
    add(session, &arguments, session->options.output);
    add(session, &arguments, request->program);
    add(session, &arguments, request->name ? request->name : "");
    return become(session, &arguments);
}

int command_probe(struct session *session)
{
    struct request request;
    if (!read_request(session, &request))
        return EXIT_MISTAKE;
    return session->options.bundle ? make_bundle(session, &request) : run_probe(session, &request);
}
