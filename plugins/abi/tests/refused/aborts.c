/* Says of itself that a panic in it ends the process. */
#include "aqueduct_plugin.h"
int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out) {
    (void)host;
    out->magic = AQ_MAGIC;
    out->abi_major = AQ_ABI_MAJOR;
    out->features = AQ_PLUGIN_ABORTS;
    return AQ_ACCEPTED;
}
