/* fold WIDTH: breaks its input into lines of WIDTH characters. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    long width = argc > 1 ? strtol(argv[1], NULL, 10) : 80;
    long column = 0;
    int c;
    if (width < 1)
        return 2;
    while ((c = getchar()) != EOF) {
        if (c != '\n' && column == width) {
            putchar('\n');
            column = 0;
        }
        putchar(c);
        column = c == '\n' ? 0 : column + 1;
    }
    return 0;
}
