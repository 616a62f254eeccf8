#ifndef PEBBLE_UTF8_H
#define PEBBLE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1 to 4) of the well-formed sequence at the start of bytes, 0 if there is none: overlong forms, surrogates
 * and anything above U+10FFFF are refused (Unicode 15, table 3-7). */
size_t pebble_utf8_length(const unsigned char *bytes, size_t available);

/* Writes 1 to 4 bytes and returns how many. The code point must not be a surrogate nor above U+10FFFF. */
size_t pebble_utf8_encode(uint32_t point, char *target);

#endif
