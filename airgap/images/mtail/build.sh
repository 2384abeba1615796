install mtail
mkdir -p /etc/mtail
mtail --version
tidy
