/* GET requests through libcurl. */
#include "probes/http_client.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct http_client {
    CURL *curl;
    unsigned char *body;
    size_t wanted, got;
};

int http_client_process_start(struct concprobe_call *call)
{
    (void)call;
    return curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK ? 0 : ENOMEM;
}

int http_client_process_stop(struct concprobe_call *call)
{
    (void)call;
    curl_global_cleanup();
    return 0;
}

static size_t take_body(char *bytes, size_t unit, size_t count, void *data)
{
    struct http_client *client = data;
    size_t size = unit * count;
    if (size > client->wanted - client->got)
        return 0; /* libcurl ends the transfer with an error */
    memcpy(client->body + client->got, bytes, size);
    client->got += size;
    return size;
}

struct http_client *http_client_new(uint16_t port)
{
    struct http_client *client = calloc(1, sizeof *client);
    if (client)
        client->curl = curl_easy_init();
    if (!client || !client->curl) {
        free(client);
        return NULL;
    }
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(client->curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, 8000L);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, client);
    if (http_client_get(client, port, 0, NULL, 0) == 0)
        return client;
    http_client_free(client);
    return NULL;
}

void http_client_free(struct http_client *client)
{
    curl_easy_cleanup(client->curl);
    free(client);
}

int http_client_get(struct http_client *client, uint16_t port, uint64_t seed, void *body, size_t size)
{
    char url[96];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/%zu/%" PRIu64, (unsigned)port, size, seed);
    client->body = body;
    client->wanted = size;
    client->got = 0;
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    CURLcode outcome = curl_easy_perform(client->curl);
    if (outcome == CURLE_OPERATION_TIMEDOUT)
        return ETIMEDOUT;
    if (outcome != CURLE_OK)
        return EIO;
    return client->got == size ? 0 : EBADMSG;
}
