tar -x -f cadvisor.tar --no-same-owner -C /usr/bin
tidy
