/* pebble: checks JSON from standard input and prints it, indented by two, or on one line with -c. */
#include "pebble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(FILE *file, size_t *length)
{
    size_t size = 4096;
    char *text = malloc(size);
    *length = 0;
    while (text != NULL) {
        *length += fread(text + *length, 1, size - *length, file);
        if (*length < size) {
            if (!ferror(file)) {
                return text;
            }
            break;
        }
        size *= 2;
        char *larger = realloc(text, size);
        if (larger == NULL) {
            break;
        }
        text = larger;
    }
    free(text);
    return NULL;
}

static int print(const pebble_value *value, unsigned indent)
{
    size_t length = pebble_write(value, indent, NULL, 0);
    char *text = malloc(length + 1);
    if (text == NULL) {
        return 1;
    }
    pebble_write(value, indent, text, length + 1);
    int status = fwrite(text, 1, length, stdout) == length && putchar('\n') != EOF && fflush(stdout) == 0 ? 0 : 1;
    free(text);
    return status;
}

int main(int argc, char **argv)
{
    if (argc > 2 || (argc == 2 && strcmp(argv[1], "-c") != 0)) {
        fprintf(stderr, "usage: pebble [-c] < FILE (version %s)\n", pebble_version());
        return 2;
    }
    size_t length;
    char *text = read_all(stdin, &length);
    if (text == NULL) {
        perror("pebble");
        return 1;
    }
    pebble_error error;
    pebble_document *document = pebble_parse(text, length, NULL, &error);
    free(text);
    if (document == NULL) {
        fprintf(stderr, "-:%zu:%zu: %s\n", error.line, error.column, error.message);
        return 1;
    }
    int status = print(pebble_root(document), argc == 2 ? 0 : 2);
    pebble_free(document);
    return status;
}
