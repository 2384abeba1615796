install lego ca-certificates
# The official image's place for it.
ln -s /usr/bin/lego /lego
lego --version
tidy
