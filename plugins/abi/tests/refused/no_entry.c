/* Has a manifest but no entry. */
#include "aqueduct_plugin.h"
__attribute__((section(AQ_MANIFEST_SECTION), used)) static const char MANIFEST[] =
    "{\"abi\":\"1.0\",\"name\":\"x\",\"version\":\"1\",\"connectors\":[]}";
int another_symbol;
