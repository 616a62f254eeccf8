#include "check.h"

#include <locale.h>

unsigned long checks;
unsigned long failures;

pebble_document *parse(const char *text)
{
    return pebble_parse(text, strlen(text), NULL, NULL);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        { "parse", parse_tests },
        { "value", value_tests },
        { "write", write_tests },
        { "utf8", utf8_tests },
        { "memory", memory_tests },
        { "random", random_tests },
    };
    setlocale(LC_ALL, "");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        unsigned long checksBefore = checks;
        unsigned long failuresBefore = failures;
        tests[i].run();
        printf("%-8s %7lu checks, %s\n", tests[i].name, checks - checksBefore, failures == failuresBefore ? "ok" : "FAILED");
    }
    printf("total    %7lu checks, %lu failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
