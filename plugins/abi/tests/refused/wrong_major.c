/* Made for an ABI to come. */
#include "aqueduct_plugin.h"
int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out) {
    (void)host;
    out->magic = AQ_MAGIC;
    out->abi_major = AQ_ABI_MAJOR + 1;
    return AQ_ACCEPTED;
}
