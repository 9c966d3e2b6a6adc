#!/usr/bin/env bash
# Avro for Java from Maven Central, in a folder: the checker that ours is compared with. Needs a JDK 17+ and mvn.
#   avro.sh install ROOT        ROOT/libs has Avro and what it needs
set -eu
VERSION=${AVRO_VERSION:-1.12.1}
[ $# -eq 2 ] && [ "$1" = install ] || { sed -n 2,3p "$0" >&2; exit 2; }
mkdir -p "$2/libs"; ROOT=$(cd "$2" && pwd)
cat >"$ROOT/pom.xml" <<P
<project><modelVersion>4.0.0</modelVersion><groupId>peer</groupId><artifactId>avro</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.avro</groupId><artifactId>avro</artifactId><version>$VERSION</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
P
mvn -q -B -f "$ROOT/pom.xml" dependency:copy-dependencies -DoutputDirectory="$ROOT/libs" -DincludeScope=runtime
