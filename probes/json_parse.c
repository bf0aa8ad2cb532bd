/* json-parse: reads a JSON document into a tree and adds up one field. */
#include "probes/inputs.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORDS = 200 };

static int json_prepare(struct concprobe_call *call)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return ENOMEM;
    putc('[', stream);
    for (uint64_t i = 0; i < RECORDS; i++)
        fprintf(stream,
                "%s{\"id\": %u, \"name\": \"item %u\", \"price\": %u.%02u, \"tags\": [\"a\", \"b\", null, true]}",
                i ? ",\n" : "", (unsigned)i, (unsigned)input_choice(call, i, 100000),
                (unsigned)input_choice(call, RECORDS + i, 1000), (unsigned)(i % 100));
    putc(']', stream);
    if (fclose(stream) != 0)
        return ENOMEM;
    call->run = text;
    return 0;
}

static int json_call(struct concprobe_call *call)
{
    struct json_object *list = json_tokener_parse(call->run);
    if (!list)
        return EBADMSG;
    double sum = (double)call->number;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *price = NULL;
        json_object_object_get_ex(json_object_array_get_idx(list, i), "price", &price);
        sum += json_object_get_double(price);
    }
    json_object_put(list);
    return concprobe_result(call, &sum, sizeof sum);
}

const struct concprobe_probe probe_json_parse = {
    .abi = CONCPROBE_ABI,
    .name = "json-parse",
    .summary = "reads 16 KiB of JSON into a tree and adds up one field (json-c)",
    .stands_for = "parsing of messages and configuration with a library",
    .call = json_call,
    .run_start = json_prepare,
    .run_stop = input_free_run,
};
