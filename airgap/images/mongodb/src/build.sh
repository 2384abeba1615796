# Makes /out: a small Java runtime, the libraries, and our program. No part of a final image by itself.
install ca-certificates
if [ -s /build/host/ca.crt ]; then
  # One file per certificate is what Java's trust store is made from.
  awk '/BEGIN CERT/ { n++ } n { print > "/usr/local/share/ca-certificates/host-" n ".crt" }' /build/host/ca.crt
  update-ca-certificates >/dev/null 2>&1
fi
# The packages register manual pages in a folder that the base image does not have.
mkdir -p /usr/share/man/man1
install default-jdk-headless maven binutils

mkdir -p /out/lib /tmp/classes
settings=''
[ ! -s /build/host/maven-settings.xml ] || settings='-s /build/host/maven-settings.xml'
for attempt in 1 2 3; do
  mvn -q -B $settings dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/out/lib && break
  [ "$attempt" != 3 ] || exit 1
  sleep 3
done
(cd /out/lib && sha256sum --quiet --strict -c /build/SHA256SUMS && [ "$(ls | wc -l)" = "$(wc -l < /build/SHA256SUMS)" ])

javac --release 17 -cp '/out/lib/*' -d /tmp/classes stackbook/*.java
jar --create --file /out/lib/stackbook-mongodb.jar -C /tmp/classes .
jlink --add-modules java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.unsupported \
  --strip-debug --no-man-pages --no-header-files --compress=2 --output /out/jre
