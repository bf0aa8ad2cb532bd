/* Writes entries as YAML: what the parsers of this folder read. */
#include "base/text.h"
#include "knowledge/internal.h"

#include <math.h>
#include <string.h>

/* Between braces a plain scalar ends at these; and a few words and beginnings mean something else than themselves. */
static bool is_plain(const char *string)
{
    if (!*string || strpbrk(string, ",[]{}\"'\\\n\t") || strstr(string, ": ") || strstr(string, " #") ||
        strchr("#&*!|>%@`?:-~ ", *string))
        return false;
    size_t length = strlen(string);
    return string[length - 1] != ' ' && string[length - 1] != ':';
}

void knowledge_write_scalar(const char *string, FILE *stream)
{
    if (is_plain(string)) {
        fputs(string, stream);
        return;
    }
    putc('"', stream);
    for (const char *c = string; *c; c++) {
        if (*c == '"' || *c == '\\')
            putc('\\', stream);
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            fprintf(stream, "\\x%02x", (unsigned char)*c);
        else
            putc(*c, stream);
    }
    putc('"', stream);
}

/* Two significant digits: "1.3", "250". */
static void add_number(struct text *text, double number)
{
    if (number >= 99.5) {
        double step = pow(10, floor(log10(number)) - 1);
        text_printf(text, "%.0f", round(number / step) * step);
    } else {
        text_printf(text, "%.2g", number);
    }
}

static void add_time(struct text *text, double ns)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    size_t unit = 0;
    while (unit + 1 < sizeof units / sizeof units[0] && ns < units[unit].ns)
        unit++;
    add_number(text, ns / units[unit].ns);
    text_printf(text, " %s", units[unit].name);
}

static void add_spread(struct text *text, double spread)
{
    if (spread >= 0.05)
        text_printf(text, " ~ %.1f", spread);
}

static void add_duration(struct text *text, const struct api *api, const struct duration *duration)
{
    switch (duration->kind) {
    case DURATION_NONE:
        break;
    case DURATION_QUANTITY:
        if (duration->factor < 1 || duration->factor > 1) {
            add_number(text, duration->factor);
            text_add(text, " ");
        }
        text_add(text, quantity_names[duration->quantity]);
        if (duration->own_spread)
            text_printf(text, " ~ %.1f", duration->fixed.spread);
        break;
    case DURATION_ARGUMENT:
        add_time(text, duration->factor);
        text_printf(text, " * %s", api->arguments[duration->argument]);
        break;
    case DURATION_FIXED:
        add_time(text, duration->fixed.median);
        add_spread(text, duration->fixed.spread);
        break;
    }
}

static void add_size(struct text *text, const struct api *api, const struct size_from *size)
{
    if (size->argument < 0)
        text_add(text, "unknown");
    else if (size->string)
        text_printf(text, "strlen(%s)", api->arguments[size->argument]);
    else
        text_add(text, api->arguments[size->argument]);
    if (size->argument >= 0 && size->times_argument >= 0)
        text_printf(text, " * %s", api->arguments[size->times_argument]);
}

static void add_wait(struct text *text, const struct api *api, const struct api_cost_variant *variant)
{
    if (variant->wait_kind_from_fd)
        text_printf(text, ", wait: kind-of(%s)", api->arguments[variant->fd_argument]);
    else
        text_printf(text, ", wait: %s", wait_name(variant->wait_kind));
    if (variant->wait.kind != DURATION_NONE) {
        text_add(text, " for ");
        add_duration(text, api, &variant->wait);
    }
    if (variant->wait_tail.kind != DURATION_NONE) {
        text_add(text, " or ");
        if (variant->tail_share.kind == DURATION_FIXED)
            text_printf(text, "%.2g", variant->tail_share.fixed.median);
        else
            add_duration(text, api, &variant->tail_share);
        text_add(text, " of ");
        add_duration(text, api, &variant->wait_tail);
    }
    if (variant->at_most.kind != DURATION_NONE) {
        text_add(text, " at-most ");
        add_duration(text, api, &variant->at_most);
    }
}

static void add_cost(struct text *text, const struct api *api)
{
    const struct api_cost_variant *variant = &api->costs[0];
    if (!api->cost_count)
        return;
    text_add(text, ", cpu: ");
    add_duration(text, api, &variant->cpu_call);
    if (variant->cpu_byte.kind != DURATION_NONE) {
        text_add(text, variant->cpu_call.kind == DURATION_NONE ? "" : " + ");
        add_duration(text, api, &variant->cpu_byte);
        text_add(text, " * ");
        add_size(text, api, &variant->bytes);
    }
    if (variant->waits)
        add_wait(text, api, variant);
}

static void add_effects(struct text *text, const struct api *api)
{
    for (unsigned i = 0; i < api->effect_count; i++) {
        text_add(text, i ? ", " : ", effects: [");
        effect_write(text, api, &api->effects[i]);
    }
    text_add(text, api->effect_count ? "]" : "");
}

static void add_text(struct text *text, FILE *stream, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    fputs(text_string(text), stream);
    text_clear(text);
    fprintf(stream, ", %s: ", key);
    knowledge_write_scalar(value, stream);
}

void knowledge_write_entry(const struct api *api, FILE *stream)
{
    struct text text = {0};
    static const char *const safety[] = {[THREAD_SAFE] = "MT-Safe",
                                         [THREAD_SAFE_IF] = "MT-Safe",
                                         [THREAD_UNSAFE] = "MT-Unsafe",
                                         [THREAD_SAFETY_UNKNOWN] = "unknown"};
    text_printf(&text, "  %s(", api->name);
    for (unsigned i = 0; i < api->argument_count; i++)
        text_printf(&text, "%s%s", i ? ", " : "", api->arguments[i]);
    text_add(&text, "): {header: ");
    fputs(text_string(&text), stream);
    text_clear(&text);
    knowledge_write_scalar(api->header ? api->header : "", stream);
    add_cost(&text, api);
    add_effects(&text, api);
    const char *tags = api->thread_safety_tags ? api->thread_safety_tags : "";
    if (api->thread_safety != THREAD_SAFETY_UNKNOWN)
        text_printf(&text, ", thread-safety: %s%s%s", safety[api->thread_safety], *tags ? " " : "", tags);
    if (api->origin == API_DERIVED)
        text_printf(&text, ", confidence: %.2f", api->confidence);
    add_text(&text, stream, "async", api->async_form);
    add_text(&text, stream, "caveat", api->async_caveat);
    add_text(&text, stream, "note", api->note);
    text_add(&text, "}\n");
    fputs(text_string(&text), stream);
    text_free(&text);
}
