/* Answers with a magic number of its own. */
#include "aqueduct_plugin.h"
int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out) {
    (void)host;
    out->magic = 0x1234;
    return AQ_ACCEPTED;
}
