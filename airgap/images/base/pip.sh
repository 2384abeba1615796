# Downloads a wheel where the machine has no pip. Python comes and goes with the container.
install python3-pip ca-certificates
mkdir -p /out
[ ! -s /build/host/pip.conf ] || export PIP_CONFIG_FILE=/build/host/pip.conf
xargs -d '\n' python3 -m pip --disable-pip-version-check < arguments
mv ./*.whl /out/
