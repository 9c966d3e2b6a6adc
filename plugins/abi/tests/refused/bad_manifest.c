/* Its manifest is no JSON, neither in the section nor in the handshake. */
#include "aqueduct_plugin.h"
__attribute__((section(AQ_MANIFEST_SECTION), used)) static const char MANIFEST[] = "{\"abi\":";
int32_t aq_plugin_entry_v1(const AqHost *host, AqPlugin *out) {
    (void)host;
    out->magic = AQ_MAGIC;
    out->abi_major = AQ_ABI_MAJOR;
    out->manifest.ptr = (const uint8_t *)MANIFEST;
    out->manifest.len = sizeof MANIFEST - 1;
    return AQ_ACCEPTED;
}
