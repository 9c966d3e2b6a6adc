/* Refuses to work with this worker, with and without a reason. */
#include "aqueduct_plugin.h"
int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out) {
    (void)host;
    out->magic = AQ_MAGIC;
    out->abi_major = AQ_ABI_MAJOR;
    out->refusal.ptr = (const uint8_t *)"not on Mondays";
    out->refusal.len = 14;
    return AQ_REFUSED;
}
