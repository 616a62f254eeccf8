#include "check.h"
#include "utf8.h"

static void every_code_point_survives(void)
{
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[4];
        if (point >= 0xD800 && point <= 0xDFFF) {
            continue;
        }
        size_t length = pebble_utf8_encode(point, bytes);
        bool whole = pebble_utf8_length((const unsigned char *) bytes, length) == length;
        bool cut = pebble_utf8_length((const unsigned char *) bytes, length - 1) == 0;
        if (!whole || !cut || point % 0x1000 == 0) {
            CHECK(whole);
            CHECK(cut);
        }
    }
}

/* All two-byte starts against the plain definition of well-formed. */
static void no_malformed_start_is_taken(void)
{
    unsigned accepted = 0;
    for (unsigned first = 0x80; first <= 0xFF; first++) {
        for (unsigned second = 0; second <= 0xFF; second++) {
            unsigned char bytes[4] = { (unsigned char) first, (unsigned char) second, 0x80, 0x80 };
            accepted += pebble_utf8_length(bytes, 4) > 0;
        }
    }
    /* 30 leads of two bytes with 64 each; E0: 32, ED: 32, 14 others: 64; F0: 48, F4: 16, F1 to F3: 64 each. */
    CHECK(accepted == 30 * 64 + 32 + 32 + 14 * 64 + 48 + 16 + 3 * 64);
}

void utf8_tests(void)
{
    every_code_point_survives();
    no_malformed_start_is_taken();
}
